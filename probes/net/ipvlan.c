/*
 * Can an ipvlan be made: a second interface that shares the Ethernet address of the one below
 * it? (probes.md row 202.)
 *
 * It is put over a veth: over lo it is EINVAL on every kernel, which says nothing. EOPNOTSUPP
 * is a kernel that does not know the kind, or has not its module.
 */
#include <linux/if_link.h>
#include <linux/netlink.h>

#include "netlink.h"

static void put_mode(struct nlmsghdr *m, const void *arg)
{
	mnl_attr_put_u16(m, IFLA_IPVLAN_MODE, IPVLAN_MODE_L2);
}

static struct verdict ask(const struct ask *a)
{
	struct link_spec spec = { "ipvlan", "pl_ipvlan", .data = put_mode };
	_cleanup_nl_ struct nl nl = { 0 };
	struct link link;
	struct verdict v;
	uint16_t mode;

	if (nl_open(a, &nl, NETLINK_ROUTE, &v) < 0 ||
		link_make_over(a, &nl, &spec, &link, &v) < 0)
		return v;
	if (!link_data(&link, IFLA_IPVLAN_MODE, &mode, sizeof(mode)) ||
		mode != IPVLAN_MODE_L2)
		return answer_fail(
			"an ipvlan of mode l2 was made, and is of another mode");
	return answer_pass(
		"an ipvlan of mode l2 is there, over the interface it was asked "
		"for");
}

const struct probe probe_net_ipvlan = {
	.about =
		"a container can share the node's Ethernet address with an IP of its own",
	.how = "An ipvlan is made over a veth in a network namespace of one's own; its "
	       "mode and the interface below it are read back.",
	.man = "Documentation/networking/ipvlan.rst",
	.since = "3.19",
	.kconfig = "CONFIG_IPVLAN",
	.needed_by = "CNI ipvlan plugin, docker and netavark ipvlan networks",
	.blocked_by = "seccomp; a module that is not loaded (EOPNOTSUPP)",
	.modules = "rtnl-link-ipvlan rtnl-link-veth",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
