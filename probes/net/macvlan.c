/*
 * Can a macvlan be made: a second interface with an Ethernet address of its own on top of one
 * that is there? (probes.md row 202.)
 *
 * It is put over a veth: over lo it is EINVAL on every kernel, which says nothing. EOPNOTSUPP
 * is a kernel that does not know the kind, or has not its module.
 */
#include <linux/if_link.h>
#include <linux/netlink.h>

#include "netlink.h"

static void put_mode(struct nlmsghdr *m, const void *arg)
{
	mnl_attr_put_u32(m, IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE);
}

static struct verdict ask(const struct ask *a)
{
	struct link_spec spec = { "macvlan", "pl_macvlan", .data = put_mode };
	_cleanup_nl_ struct nl nl = { 0 };
	struct link link;
	struct verdict v;
	uint32_t mode;

	if (nl_open(a, &nl, NETLINK_ROUTE, &v) < 0 ||
		link_make_over(a, &nl, &spec, &link, &v) < 0)
		return v;
	if (!link_data(&link, IFLA_MACVLAN_MODE, &mode, sizeof(mode)) ||
		mode != MACVLAN_MODE_BRIDGE)
		return answer_fail("a macvlan of mode bridge was made, and is of another "
				   "mode");
	return answer_pass(
		"a macvlan of mode bridge is there, over the interface it was asked "
		"for");
}

const struct probe probe_net_macvlan = {
	.about =
		"a container can have an Ethernet address of its own on the node's network",
	.how = "A macvlan is made over a veth in a network namespace of one's own; its "
	       "mode and the interface below it are read back.",
	.man = "rtnetlink(7)",
	.since = "3.9",
	.kconfig = "CONFIG_MACVLAN",
	.needed_by = "CNI macvlan plugin, docker and netavark macvlan networks",
	.blocked_by = "seccomp; a module that is not loaded (EOPNOTSUPP)",
	.modules = "rtnl-link-macvlan rtnl-link-veth",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
