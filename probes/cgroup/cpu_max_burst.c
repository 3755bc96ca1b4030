/*
 * May a container save up CPU time for a burst? (probes.md row 103.) Without it a
 * service with short peaks is throttled although its mean is below the limit.
 *
 * With a quota of 10 ms, 5 ms of burst are written and read back; the control is 20 ms,
 * more than the quota, which has to be refused. Both are taken back in the end, as the
 * kernel counts the cgroups that have a limit.
 */
#include <string.h>

#include "ask.h"
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	_cleanup_leaf_ struct leaf leaf = { -1 };
	struct verdict v;
	char text[64];

	if (leaf_make(a, "cpu", "cpu.max.burst", &leaf, &v) < 0 ||
		knob_read(a, &leaf, "cpu", "cpu.max.burst", text, sizeof(text), &v) < 0)
		return v;
	if (!leaf.ours)
		return knob_own("cpu.max.burst", text);
	if (knob_write(a, &leaf, "cpu.max", "10000 100000", &v) == 0 &&
		knob_write(a, &leaf, "cpu.max.burst", "5000", &v) == 0 &&
		knob_read(a, &leaf, "cpu", "cpu.max.burst", text, sizeof(text), &v) ==
			0 &&
		knob_nonsense(a, &leaf, "cpu.max.burst", "20000", &v) == 0)
		v = strcmp(text, "5000")
			? answer_fail(
				  "5000 was written to cpu.max.burst, but it reads \"%s\"",
				  text)
			: answer_pass(
				  "cpu.max.burst took 5000 beside a quota of 10000, and not "
				  "20000");
	write_file(leaf.dir, "cpu.max.burst", "0");
	write_file(leaf.dir, "cpu.max", "max");
	return v;
}

const struct probe probe_cgroup_cpu_max_burst = {
	.about = "a cgroup with a CPU limit may save time up for a burst (cpu.max.burst)",
	.how = "5000 is written to cpu.max.burst of a scratch cgroup with a quota of "
	       "10000 and read back; 20000 has to be refused.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "5.14",
	.kconfig = "CONFIG_CFS_BANDWIDTH",
	.needed_by = "OCI linux.resources.cpu.burst, runc, crun",
	.blocked_by = "cpu controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=cpu",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
