/*
 * Can a netkit pair be made: the successor of veth for networks made of BPF? (probes.md row
 * 205.)
 *
 * Both ends are read back and must name each other. The effect: the first end, set up while
 * the other is down, has no carrier (the control), and has one as soon as the other is up.
 * EOPNOTSUPP is a kernel that does not know the kind: one before 6.7.
 */
#include "uapi/netkit.h"
#include "interface.h"

static struct verdict ask(const struct ask *a)
{
	return link_ask_pair(a, "netkit", "pl_netkit", PLIMSOLL_IFLA_NETKIT_PEER_INFO);
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
