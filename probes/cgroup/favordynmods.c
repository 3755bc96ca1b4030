/*
 * Can moving processes between cgroups be made fast? (probes.md row 84.) With the mount
 * option favordynmods moves take less time, forks and exits a little more.
 *
 * The option is never set to try it: a mount of cgroup2 from the first cgroup namespace
 * changes the options of all others. The kernel lists those that it knows.
 */
#include "cgroup_feature.h"

static struct verdict ask(const struct ask *a)
{
	return cgroup_feature(a, "favordynmods");
}

const struct probe probe_cgroup_favordynmods = {
	.about = "moving processes between cgroups can be made faster (cgroup2 mount "
		 "option favordynmods)",
	.how = "/sys/kernel/cgroup/features, the kernel's own list of cgroup2 mount "
	       "options, has to name it; the mount table says whether it is on here.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "6.0",
	.kconfig = "CONFIG_CGROUPS",
	.needed_by = "hosts that move many processes, Android",
	.blocked_by = "/sys masked or not mounted",
	.needs = PROBE_SHARES,
	.calls = CALLS(openat),
	.ask = ask,
};
