/*
 * Can a veth pair be made? (probes.md row 200.) It is how nearly every container is connected.
 *
 * Both ends are read back and must name each other. The effect: the first end, set up while
 * the other is down, has no carrier (the control), and has one as soon as the other is up.
 * EOPNOTSUPP is a kernel that does not know the kind, or has not its module.
 */
#include <linux/netlink.h>
#include <linux/veth.h>

#include "netlink.h"

static struct verdict ask(const struct ask *a)
{
	_cleanup_nl_ struct nl nl = { 0 };
	struct link one, other, before, after;
	struct verdict v;

	if (nl_open(a, &nl, NETLINK_ROUTE, &v) < 0 ||
		link_pair(a, &nl, "veth", "pl_veth", VETH_INFO_PEER, &one, &other, &v) <
			0 ||
		link_up(a, &nl, one.index, &v) < 0 ||
		link_get(a, &nl, one.index, &before, &v) < 0 ||
		link_up(a, &nl, other.index, &v) < 0 ||
		link_get(a, &nl, one.index, &after, &v) < 0)
		return v;
	if (before.carrier || !after.carrier)
		return answer_fail("one end of a veth pair %s",
			before.carrier ? "has a carrier while the other is down"
				       : "has no carrier although the other is up");
	return answer_pass(
		"both ends are there, and one had a carrier as soon as the other "
		"was up, not before");
}

const struct probe probe_net_veth = {
	.about =
		"a pair of virtual Ethernet interfaces can be made to connect a container",
	.how = "A veth pair is made in a network namespace of one's own and read back. One "
	       "end must have no carrier while the other is down, and one when it is up.",
	.man = "veth(4)",
	.since = "3.8",
	.kconfig = "CONFIG_VETH",
	.needed_by = "CNI bridge and ptp plugins, docker, netavark, rootlesskit",
	.blocked_by = "seccomp; a module that is not loaded (EOPNOTSUPP); "
		      "kernel.modules_disabled",
	.modules = "rtnl-link-veth",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
