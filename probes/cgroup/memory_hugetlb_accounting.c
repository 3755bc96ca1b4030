/*
 * Can huge pages count as memory? (probes.md row 84.) With the mount option
 * memory_hugetlb_accounting they count towards memory.max.
 *
 * The option is never set to try it: a mount of cgroup2 from the first cgroup namespace
 * changes the options of all others. The kernel lists those that it knows.
 */
#include "cgroup_feature.h"

static struct verdict ask(const struct ask *a)
{
	return cgroup_feature(a, "memory_hugetlb_accounting");
}

const struct probe probe_cgroup_memory_hugetlb_accounting = {
	.about = "huge pages can count towards memory.max (cgroup2 mount option "
		 "memory_hugetlb_accounting)",
	.how = "/sys/kernel/cgroup/features, the kernel's own list of cgroup2 mount "
	       "options, has to name it; the mount table says whether it is on here.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "6.7",
	.kconfig = "CONFIG_CGROUPS",
	.needed_by = "databases in containers with huge pages",
	.blocked_by = "/sys masked or not mounted",
	.needs = PROBE_SHARES,
	.calls = CALLS(openat),
	.ask = ask,
};
