/*
 * Can a bridge be made and an interface be put on it? (probes.md row 201.)
 *
 * The interface has no master before (the control), and the bridge afterwards. EOPNOTSUPP for
 * the bridge is a kernel that does not know the kind, or has not its module.
 */
#include <linux/netlink.h>

#include "netlink.h"

static struct verdict ask(const struct ask *a)
{
	struct link_spec spec = { "bridge", "pl_bridge" };
	_cleanup_nl_ struct nl nl = { 0 };
	struct link bridge, before, after;
	struct verdict v;

	if (nl_open(a, &nl, NETLINK_ROUTE, &v) < 0 ||
		link_make(a, &nl, &spec, &bridge, &v) < 0)
		return v;
	int port = link_ether(a, &nl, "pl_port", &v);
	if (port < 0 || link_get(a, &nl, port, &before, &v) < 0 ||
		link_enslave(a, &nl, port, bridge.index, &v) < 0 ||
		link_get(a, &nl, port, &after, &v) < 0 ||
		link_up(a, &nl, bridge.index, &v) < 0)
		return v;
	if (before.master || after.master != bridge.index)
		return answer_fail(
			"an interface put on the bridge does not name it its master");
	return answer_pass(
		"an interface named the bridge as its master once it was put on it, "
		"and nobody before");
}

const struct probe probe_net_bridge = {
	.about = "a bridge can be made that connects containers with each other",
	.how = "A bridge is made in a network namespace of one's own and an interface put "
	       "on it. Its master is read before (none, the control) and afterwards.",
	.man = "rtnetlink(7)",
	.since = "3.8",
	.kconfig = "CONFIG_BRIDGE",
	.needed_by = "CNI bridge plugin, docker0, netavark",
	.blocked_by = "seccomp; a module that is not loaded (EOPNOTSUPP)",
	.modules = "rtnl-link-bridge rtnl-link-veth",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
