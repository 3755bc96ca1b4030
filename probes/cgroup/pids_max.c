/*
 * Can the number of processes be limited? (probes.md row 114.)
 *
 * The kernel counts a process that is in the cgroup, and none before, and it takes a
 * limit: 3 is written and read back, nonsense has to be refused. The limit is not run
 * into: each cgroup's first refused fork is written to the kernel log.
 */
#include <string.h>

#include "cgroup.h"
#include "cgroup_knob.h"

static struct verdict limit(const struct ask *a, const struct leaf *leaf)
{
	_cleanup_member_ struct member m = { 0 };
	char before[16], with[16], max[16];
	struct verdict v;

	if (knob_read(a, leaf, "pids", "pids.current", before, sizeof(before), &v) < 0)
		return v;
	int r = member_start_in(&m, leaf->dir);
	if (r < 0)
		return cgroup_refused(a, "write(cgroup.procs)", -r);
	if (knob_read(a, leaf, "pids", "pids.current", with, sizeof(with), &v) < 0 ||
		knob_write(a, leaf, "pids.max", "3", &v) < 0 ||
		knob_read(a, leaf, "pids", "pids.max", max, sizeof(max), &v) < 0 ||
		knob_nonsense(a, leaf, "pids.max", "many", &v) < 0)
		return v;
	if (strcmp(before, "0") || strcmp(with, "1") || strcmp(max, "3"))
		return answer_fail(
			"pids.current was %s, and %s with a process in the cgroup; "
			"3 was written to pids.max, which reads %s",
			before, with, max);
	return answer_pass(
		"pids.current went from 0 to 1 with a process in the cgroup; pids.max "
		"took 3, and refuses nonsense");
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_leaf_ struct leaf leaf = { -1 };
	struct verdict v;
	char text[16];

	if (leaf_make(a, "pids", "pids.max", &leaf, &v) < 0 ||
		knob_read(a, &leaf, "pids", "pids.max", text, sizeof(text), &v) < 0)
		return v;
	if (leaf.ours)
		return limit(a, &leaf);
	return knob_own("pids.max", text);
}

const struct probe probe_cgroup_pids_max = {
	.about = "the number of processes of a cgroup can be limited (pids.max)",
	.how = "A process is started in a scratch cgroup with the pids controller, and "
	       "has to be counted there; 3 is written to pids.max and read back.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.kconfig = "CONFIG_CGROUP_PIDS",
	.needed_by = "docker --pids-limit, kubelet, OCI linux.resources.pids",
	.blocked_by = "pids controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=pids",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
