/*
 * Is there the old iptables, with its own tables in the kernel? (probes.md row 208.) Images
 * that carry iptables-legacy need it; since 6.17 a kernel may be built without.
 *
 * IPT_SO_GET_INFO on a raw socket, for the tables filter and nat, as iptables-legacy
 * does. ENOENT is a table that is not there ("Table does not exist"), ENOPROTOOPT a kernel
 * without any of it. Both tables have to name their own hooks.
 */
#include <sys/socket.h>

#include "iptables.h"

static struct verdict ask(const struct ask *a)
{
	return iptables_ask(a, AF_INET);
}

const struct probe probe_net_iptables_legacy = {
	.about =
		"iptables-legacy works: the kernel has its tables filter and nat for IPv4",
	.how = "IPT_SO_GET_INFO on a raw socket in a network namespace of one's own, for "
	       "two tables that must name different hooks.",
	.man = "iptables(8)",
	.kconfig = "CONFIG_IP_NF_IPTABLES CONFIG_IP_NF_IPTABLES_LEGACY CONFIG_IP_NF_NAT",
	.needed_by = "kube-proxy, CNI and VPN images with iptables-legacy, old docker",
	.blocked_by = "seccomp; CAP_NET_RAW taken away; modules that are not loaded "
		      "(ENOENT, ENOPROTOOPT)",
	.modules = "ip_tables iptable_filter iptable_nat",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, getsockopt),
	.ask = ask,
};
