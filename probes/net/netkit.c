/*
 * Can a netkit pair be made: the successor of veth for networks made of BPF? (probes.md row
 * 205.)
 *
 * Both ends are read back and must name each other. The effect: the first end, set up while
 * the other is down, has no carrier (the control), and has one as soon as the other is up.
 * EOPNOTSUPP is a kernel that does not know the kind: one before 6.7.
 */
#include <linux/netlink.h>

#include "netlink.h"
#include "uapi/netkit.h"

static struct verdict ask(const struct ask *a)
{
	_cleanup_nl_ struct nl nl = { 0 };
	struct link one, other, before, after;
	struct verdict v;

	if (nl_open(a, &nl, NETLINK_ROUTE, &v) < 0 ||
		link_pair(a, &nl, "netkit", "pl_netkit", PLIMSOLL_IFLA_NETKIT_PEER_INFO,
			&one, &other, &v) < 0 ||
		link_up(a, &nl, one.index, &v) < 0 ||
		link_get(a, &nl, one.index, &before, &v) < 0 ||
		link_up(a, &nl, other.index, &v) < 0 ||
		link_get(a, &nl, one.index, &after, &v) < 0)
		return v;
	if (before.carrier || !after.carrier)
		return answer_fail("one end of a netkit pair %s",
			before.carrier ? "has a carrier while the other is down"
				       : "has no carrier although the other is up");
	return answer_pass(
		"both ends are there, and one had a carrier as soon as the other "
		"was up, not before");
}

const struct probe probe_net_netkit = {
	.about = "a pod can be connected by a netkit pair, programmed with BPF",
	.how = "A netkit pair is made in a network namespace of one's own and read back. "
	       "One end must have no carrier while the other is down, and one when it is "
	       "up.",
	.man = "Documentation/netlink/specs/rt-link.yaml",
	.since = "6.7",
	.kconfig = "CONFIG_NETKIT",
	.needed_by = "cilium (netkit datapath)",
	.blocked_by = "seccomp",
	.modules = "rtnl-link-netkit",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
