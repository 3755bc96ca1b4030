/*
 * Does protection of memory reach down the tree? (probes.md row 84.) With the mount
 * option memory_recursiveprot memory.low and memory.min of a pod protect its containers
 * without being set on each.
 *
 * The option is never set to try it: a mount of cgroup2 from the first cgroup namespace
 * changes the options of all others. The kernel lists those that it knows.
 */
#include "cgroup_feature.h"

static struct verdict ask(const struct ask *a)
{
	return cgroup_feature(a, "memory_recursiveprot");
}

const struct probe probe_cgroup_memory_recursiveprot = {
	.about = "memory protection can reach the cgroups below (cgroup2 mount option "
		 "memory_recursiveprot)",
	.how = "/sys/kernel/cgroup/features, the kernel's own list of cgroup2 mount "
	       "options, has to name it; the mount table says whether it is on here.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "5.7",
	.kconfig = "CONFIG_CGROUPS",
	.needed_by = "systemd, kubelet MemoryQoS (KEP-2570)",
	.blocked_by = "/sys masked or not mounted",
	.needs = PROBE_SHARES,
	.calls = CALLS(openat),
	.ask = ask,
};
