/*
 * Can a WireGuard tunnel be made? (probes.md row 204.)
 *
 * It is read back, and is down when made (the control) and up when set up. EOPNOTSUPP is a
 * kernel that does not know the kind, or has not its module.
 */
#include <linux/netlink.h>

#include "interface.h"

static struct verdict ask(const struct ask *a)
{
	struct link_spec spec = { "wireguard", "pl_wireguard" };
	_cleanup_nl_ struct nl nl = { 0 };
	struct link link;
	struct verdict v;

	if (nl_open(a, &nl, NETLINK_ROUTE, &v) < 0 ||
		link_make(a, &nl, &spec, &link, &v) < 0 ||
		link_comes_up(a, &nl, &link, &v) < 0)
		return v;
	return answer_pass(
		"a wireguard interface is there, and came up when it was set up");
}

const struct probe probe_net_wireguard = {
	.about = "pods of several nodes can be connected by an encrypted tunnel",
	.how = "A wireguard interface is made in a network namespace of one's own, read "
	       "back and set up; it must be down before.",
	.man = "rtnetlink(7)",
	.since = "5.6",
	.kconfig = "CONFIG_WIREGUARD",
	.needed_by =
		"cilium, calico, flannel (wireguard), netbird and tailscale (kernel mode)",
	.blocked_by = "seccomp; a module that is not loaded (EOPNOTSUPP)",
	.modules = "rtnl-link-wireguard",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
