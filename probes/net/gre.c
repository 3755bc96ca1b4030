/*
 * Can a GRE tunnel be made? (probes.md row 205.)
 *
 * Its other end is read back. It is down when made (the control) and up when set up.
 * EOPNOTSUPP is a kernel that does not know the kind, or has not its module.
 */
#include <arpa/inet.h>
#include <linux/if.h>
#include <linux/if_tunnel.h>
#include <linux/netlink.h>

#include "netlink.h"

#define LOCAL  0xc6336411 /* 198.51.100.17, RFC 5737: for documentation, nobody's */
#define REMOTE 0xc6336412

static void put_data(struct nlmsghdr *m, const void *arg)
{
	mnl_attr_put_u32(m, IFLA_GRE_LOCAL, htonl(LOCAL));
	mnl_attr_put_u32(m, IFLA_GRE_REMOTE, htonl(REMOTE));
}

static struct verdict ask(const struct ask *a)
{
	struct link_spec spec = { "gre", "pl_gre", .data = put_data };
	_cleanup_nl_ struct nl nl = { 0 };
	struct link link, after;
	struct verdict v;
	uint32_t remote;

	if (nl_open(a, &nl, NETLINK_ROUTE, &v) < 0 ||
		link_make(a, &nl, &spec, &link, &v) < 0)
		return v;
	if (!link_data(&link, IFLA_GRE_REMOTE, &remote, sizeof(remote)) ||
		remote != htonl(REMOTE))
		return answer_fail(
			"the tunnel leads to another address than was asked for");
	if (link_up(a, &nl, link.index, &v) < 0 ||
		link_get(a, &nl, link.index, &after, &v) < 0)
		return v;
	if ((link.flags & IFF_UP) || !(after.flags & IFF_UP))
		return answer_fail(
			"the interface was set up without an error, and is not");
	return answer_pass(
		"a gre tunnel is there with the address it was asked to lead to, and came up");
}

const struct probe probe_net_gre = {
	.about = "IP packets can be carried in GRE between nodes",
	.how = "A tunnel is made in a network namespace of one's own, its addresses are "
	       "read back and it is set up; it must be down before.",
	.man = "rtnetlink(7)",
	.kconfig = "CONFIG_NET_IPGRE",
	.needed_by = "Open vSwitch networks, antrea",
	.blocked_by = "seccomp; a module that is not loaded (EOPNOTSUPP)",
	.modules = "rtnl-link-gre",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
