/*
 * Can a whole container run only when the machine is idle? (probes.md row 104.)
 *
 * The effect: an idle cgroup has no weight, so that cpu.weight, which took a value
 * before, refuses it once 1 is written to cpu.idle.
 */
#include <errno.h>
#include <string.h>

#include "ask.h"
#include "cgroup_knob.h"

static struct verdict try_idle(const struct ask *a, const struct leaf *leaf)
{
	char text[16];
	struct verdict v;

	if (knob_write(a, leaf, "cpu.weight", "200", &v) < 0 ||
		knob_write(a, leaf, "cpu.idle", "1", &v) < 0 ||
		knob_read(a, leaf, "cpu", "cpu.idle", text, sizeof(text), &v) < 0)
		return v;
	int r = write_file(leaf->dir, "cpu.weight", "300");
	if (strcmp(text, "1") || r != -EINVAL)
		return answer_fail(
			"1 was written to cpu.idle: it reads \"%s\", and a weight is %s",
			text, r == 0 ? "still accepted" : "refused, but not with EINVAL");
	return answer_pass(
		"cpu.idle took 1; after that cpu.weight is refused (EINVAL), before it "
		"was accepted");
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_leaf_ struct leaf leaf = { -1 };
	struct verdict v;
	char text[16];

	if (leaf_make(a, "cpu", "cpu.idle", &leaf, &v) < 0 ||
		knob_read(a, &leaf, "cpu", "cpu.idle", text, sizeof(text), &v) < 0)
		return v;
	if (leaf.ours)
		return try_idle(a, &leaf);
	return knob_own("cpu.idle", text);
}

const struct probe probe_cgroup_cpu_idle = {
	.about = "a cgroup can be made to run only when CPUs are idle otherwise "
		 "(cpu.idle)",
	.how = "1 is written to cpu.idle of a scratch cgroup; after that cpu.weight, "
	       "which was accepted before, has to be refused.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "5.15",
	.kconfig = "CONFIG_FAIR_GROUP_SCHED",
	.needed_by = "OCI linux.resources.cpu.idle, runc, crun",
	.blocked_by = "cpu controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=cpu",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
