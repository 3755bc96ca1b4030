/*
 * Can a cgroup namespace be a boundary for delegation? (probes.md row 83.) With the
 * mount option nsdelegate a container cannot change its own limits, nor move processes
 * across the top of its namespace.
 *
 * The option is never set to try it: a mount of cgroup2 from the first cgroup namespace
 * changes the options of all others. The kernel lists those that it knows.
 */
#include "cgroup_feature.h"

static struct verdict ask(const struct ask *a)
{
	return cgroup_feature(a, "nsdelegate");
}

const struct probe probe_cgroup_nsdelegate = {
	.about = "a cgroup namespace can be a boundary of delegation (cgroup2 mount "
		 "option nsdelegate)",
	.how = "/sys/kernel/cgroup/features, the kernel's own list of cgroup2 mount "
	       "options, has to name it; the mount table says whether it is on here.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "4.15",
	.kconfig = "CONFIG_CGROUPS",
	.needed_by = "systemd, rootless docker and podman",
	.blocked_by = "/sys masked or not mounted",
	.needs = PROBE_SHARES,
	.calls = CALLS(openat),
	.ask = ask,
};
