/*
 * Can an intermediate functional block be made? (probes.md row 203.)
 *
 * It is read back, and is down when made (the control) and up when set up. EOPNOTSUPP is a
 * kernel that does not know the kind, or has not its module.
 */
#include <linux/netlink.h>

#include "interface.h"

static struct verdict ask(const struct ask *a)
{
	struct link_spec spec = { "ifb", "pl_ifb" };
	_cleanup_nl_ struct nl nl = { 0 };
	struct link link;
	struct verdict v;

	if (nl_open(a, &nl, NETLINK_ROUTE, &v) < 0 ||
		link_make(a, &nl, &spec, &link, &v) < 0 ||
		link_comes_up(a, &nl, &link, &v) < 0)
		return v;
	return answer_pass("an ifb interface is there, and came up when it was set up");
}

const struct probe probe_net_ifb = {
	.about = "traffic that comes into a container can be shaped",
	.how = "An ifb interface is made in a network namespace of one's own, read back "
	       "and set up; it must be down before.",
	.man = "rtnetlink(7)",
	.kconfig = "CONFIG_IFB",
	.needed_by = "CNI bandwidth plugin (ingress)",
	.blocked_by = "seccomp; a module that is not loaded (EOPNOTSUPP)",
	.modules = "rtnl-link-ifb",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
