/*
 * Can memory events be counted for one cgroup alone? (probes.md row 84.) With the mount
 * option memory_localevents memory.events is not counted up the tree.
 *
 * The option is never set to try it: a mount of cgroup2 from the first cgroup namespace
 * changes the options of all others. The kernel lists those that it knows.
 */
#include "cgroup_feature.h"

static struct verdict ask(const struct ask *a)
{
	return cgroup_feature(a, "memory_localevents");
}

const struct probe probe_cgroup_memory_localevents = {
	.about = "memory.events can be told not to count the cgroups below (cgroup2 "
		 "mount option memory_localevents)",
	.how = "/sys/kernel/cgroup/features, the kernel's own list of cgroup2 mount "
	       "options, has to name it; the mount table says whether it is on here.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "5.2",
	.kconfig = "CONFIG_CGROUPS",
	.needed_by = "old supervisors that read memory.events",
	.blocked_by = "/sys masked or not mounted",
	.needs = PROBE_SHARES,
	.calls = CALLS(openat),
	.ask = ask,
};
