/*
 * Can a cgroup be tied to CPUs? (probes.md row 106.)
 *
 * The first of the CPUs that it has is written to cpuset.cpus; then
 * cpuset.cpus.effective, which the kernel works out and which had all of them, has to be
 * that one.
 */
#include <stdio.h>
#include <string.h>

#include "cgroup_knob.h"

static struct verdict tie(const struct ask *a, const struct leaf *leaf)
{
	char before[512], after[512], first[16];
	struct verdict v;

	if (knob_read(a, leaf, "cpuset", "cpuset.cpus.effective", before, sizeof(before),
		    &v) < 0)
		return v;
	snprintf(first, sizeof(first), "%.*s", (int)strspn(before, "0123456789"), before);
	if (knob_write(a, leaf, "cpuset.cpus", first, &v) < 0 ||
		knob_read(a, leaf, "cpuset", "cpuset.cpus.effective", after,
			sizeof(after), &v) < 0 ||
		knob_nonsense(a, leaf, "cpuset.cpus", "some", &v) < 0)
		return v;
	if (strcmp(after, first))
		return answer_fail("%s was written to cpuset.cpus, but "
				   "cpuset.cpus.effective is %.200s",
			first, after);
	if (!strcmp(before, after))
		return answer_pass(
			"cpuset.cpus took %s, which cpuset.cpus.effective is (there is "
			"only this CPU); nonsense is refused",
			first);
	return answer_pass(
		"cpuset.cpus.effective was %.100s, and %s once that was written to "
		"cpuset.cpus",
		before, first);
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_leaf_ struct leaf leaf = { -1 };
	struct verdict v;
	char text[512];

	if (leaf_make(a, "cpuset", "cpuset.cpus", &leaf, &v) < 0 ||
		knob_read(a, &leaf, "cpuset", "cpuset.cpus", text, sizeof(text), &v) < 0)
		return v;
	if (leaf.ours)
		return tie(a, &leaf);
	return knob_own("cpuset.cpus", text);
}

const struct probe probe_cgroup_cpuset_cpus = {
	.about = "a cgroup can be tied to certain CPUs (cpuset.cpus)",
	.how = "The first CPU is written to cpuset.cpus of a scratch cgroup; "
	       "cpuset.cpus.effective, which had all, has to be that one.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.kconfig = "CONFIG_CPUSETS",
	.needed_by = "kubelet CPU manager, docker --cpuset-cpus",
	.blocked_by = "cpuset controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=cpuset",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
