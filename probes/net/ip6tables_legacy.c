/*
 * Is there the old ip6tables, with its own tables in the kernel? (probes.md row 208.) Images
 * that carry ip6tables-legacy need it; since 6.17 a kernel may be built without.
 *
 * IP6T_SO_GET_INFO on a raw socket, for the tables filter and nat, as ip6tables-legacy
 * does. ENOENT is a table that is not there ("Table does not exist"), ENOPROTOOPT a kernel
 * without any of it. Both tables have to name their own hooks.
 */
#include <sys/socket.h>

#include "iptables.h"

static struct verdict ask(const struct ask *a)
{
	return iptables_ask(a, AF_INET6);
}

const struct probe probe_net_ip6tables_legacy = {
	.about =
		"ip6tables-legacy works: the kernel has its tables filter and nat for IPv6",
	.how = "IP6T_SO_GET_INFO on a raw socket in a network namespace of one's own, for "
	       "two tables that must name different hooks.",
	.man = "ip6tables(8)",
	.kconfig =
		"CONFIG_IP6_NF_IPTABLES CONFIG_IP6_NF_IPTABLES_LEGACY CONFIG_IP6_NF_NAT",
	.needed_by = "kube-proxy, CNI and VPN images with ip6tables-legacy, old docker",
	.blocked_by = "seccomp; CAP_NET_RAW taken away; modules that are not loaded "
		      "(ENOENT, ENOPROTOOPT); ipv6.disable=1 (EAFNOSUPPORT)",
	.modules = "net-pf-10 ip6_tables ip6table_filter ip6table_nat",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, getsockopt),
	.ask = ask,
};
