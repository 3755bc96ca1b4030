/*
 * Can filters be put where packets enter and leave an interface: clsact? (probes.md row 213.)
 * Networks made of BPF attach their programs there.
 *
 * It is added to an interface and read back; the control is that it is not there before.
 * ENOENT ("Specified qdisc kind is unknown") is a kernel that has not it, or not its module.
 */
#include <linux/netlink.h>

#include "tc.h"

static struct verdict ask(const struct ask *a)
{
	_cleanup_nl_ struct nl nl = { 0 };
	struct verdict v;

	if (nl_open(a, &nl, NETLINK_ROUTE, &v) < 0)
		return v;
	int index = qdisc_interface(a, &nl, "pl_clsact", &v);
	if (index < 0)
		return v;
	struct qdisc clsact = CLSACT(index);
	qdisc_remove(&nl, &clsact);
	bool before = qdisc_is_there(&nl, &clsact, NULL, NULL);
	if (qdisc_add(a, &nl, &clsact, &v) < 0)
		return v;
	bool after = qdisc_is_there(&nl, &clsact, NULL, NULL);
	qdisc_remove(&nl, &clsact);
	if (before || !after)
		return answer_fail("clsact was added without an error, and is not there");
	return answer_pass(
		"clsact is there once it was added to an interface, and was not "
		"before");
}

const struct probe probe_net_clsact = {
	.about =
		"packets can be filtered where they enter and leave an interface (tc clsact)",
	.how = "clsact is added to an interface in a network namespace of one's own and "
	       "read back; before it must not be there.",
	.man = "tc(8)",
	.kconfig = "CONFIG_NET_SCH_INGRESS CONFIG_NET_CLS_ACT",
	.needed_by = "cilium, calico (eBPF), CNI bandwidth plugin",
	.blocked_by = "seccomp; a module that is not loaded (ENOENT)",
	.modules = "sch_clsact net-sch-clsact rtnl-link-veth",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
