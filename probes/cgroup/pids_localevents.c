/*
 * Can refused forks be counted for one cgroup alone? (probes.md row 84.) With the mount
 * option pids_localevents pids.events counts as it did before 6.11, only where the fork
 * was refused.
 *
 * The option is never set to try it: a mount of cgroup2 from the first cgroup namespace
 * changes the options of all others. The kernel lists those that it knows.
 */
#include "cgroup_feature.h"

static struct verdict ask(const struct ask *a)
{
	return cgroup_feature(a, "pids_localevents");
}

const struct probe probe_cgroup_pids_localevents = {
	.about = "pids.events can be told to count as before 6.11 (cgroup2 mount option "
		 "pids_localevents)",
	.how = "/sys/kernel/cgroup/features, the kernel's own list of cgroup2 mount "
	       "options, has to name it; the mount table says whether it is on here.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "6.11",
	.kconfig = "CONFIG_CGROUPS",
	.needed_by = "supervisors that read pids.events",
	.blocked_by = "/sys masked or not mounted",
	.needs = PROBE_SHARES,
	.calls = CALLS(openat),
	.ask = ask,
};
