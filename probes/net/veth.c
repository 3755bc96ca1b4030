/*
 * Can a veth pair be made? (probes.md row 200.) It is how nearly every container is connected.
 *
 * Both ends are read back and must name each other. The effect: the first end, set up while
 * the other is down, has no carrier (the control), and has one as soon as the other is up.
 * EOPNOTSUPP is a kernel that does not know the kind, or has not its module.
 */
#include <linux/veth.h>

#include "interface.h"

static struct verdict ask(const struct ask *a)
{
	return link_ask_pair(a, "veth", "pl_veth", VETH_INFO_PEER);
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
