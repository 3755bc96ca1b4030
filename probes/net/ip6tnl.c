/*
 * Can packets be carried in IPv6: is there the tunnel ip6tnl? (probes.md row 205.)
 *
 * Its other end is read back. It is not set up, as the kernel's log would be told that its
 * own address is nobody's. EOPNOTSUPP is a kernel that does not know the kind, or has not its
 * module.
 */
#include <arpa/inet.h>
#include <linux/if_tunnel.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <string.h>

#include "netlink.h"

/* 2001:db8::1 and ::2, RFC 3849: for documentation, nobody's. */
static const struct in6_addr local = { { { 0x20, 1, 0xd, 0xb8, [15] = 1 } } };
static const struct in6_addr remote = { { { 0x20, 1, 0xd, 0xb8, [15] = 2 } } };

static void put_data(struct nlmsghdr *m, const void *arg)
{
	mnl_attr_put(m, IFLA_IPTUN_LOCAL, sizeof(local), &local);
	mnl_attr_put(m, IFLA_IPTUN_REMOTE, sizeof(remote), &remote);
}

static struct verdict ask(const struct ask *a)
{
	struct link_spec spec = { "ip6tnl", "pl_ip6tnl", .data = put_data };
	_cleanup_nl_ struct nl nl = { 0 };
	struct link link;
	struct verdict v;
	struct in6_addr told;

	if (nl_open(a, &nl, NETLINK_ROUTE, &v) < 0 ||
		link_make(a, &nl, &spec, &link, &v) < 0)
		return v;
	if (!link_data(&link, IFLA_IPTUN_REMOTE, &told, sizeof(told)) ||
		memcmp(&told, &remote, sizeof(told)))
		return answer_fail(
			"the tunnel leads to another address than was asked for");
	return answer_pass(
		"an ip6tnl tunnel is there with the address it was asked to lead to");
}

const struct probe probe_net_ip6tnl = {
	.about = "packets can be carried over an IPv6 network",
	.how = "A tunnel is made in a network namespace of one's own, and the address that "
	       "it leads to is read back.",
	.man = "rtnetlink(7)",
	.kconfig = "CONFIG_IPV6_TUNNEL",
	.needed_by = "calico and cilium (IPv6 IPIP, DSR)",
	.blocked_by = "seccomp; a module that is not loaded (EOPNOTSUPP)",
	.modules = "rtnl-link-ip6tnl",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
