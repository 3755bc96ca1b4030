/*
 * Can it be limited how many cgroups are made below one? (probes.md row 89.) It guards a
 * host against what it delegates to.
 *
 * In the scratch cgroup one can be made, and removed: the control. With 0 in
 * cgroup.max.descendants the same gives EAGAIN.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	return knob_tree_limit(a, "cgroup.max.descendants");
}

const struct probe probe_cgroup_max_descendants = {
	.about = "it can be limited how many cgroups are made below one "
		 "(cgroup.max.descendants)",
	.how = "A cgroup is made in a scratch cgroup before and after 0 is written to "
	       "its cgroup.max.descendants: then it has to give EAGAIN.",
	.man = "cgroups(7)",
	.since = "4.14",
	.kconfig = "CONFIG_CGROUPS",
	.needed_by = "systemd, hosts that delegate cgroups",
	.blocked_by = "no delegation (EACCES)",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
