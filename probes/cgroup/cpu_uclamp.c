/*
 * Can a container's share in raising the CPU's frequency be clamped? (probes.md row
 * 105.)
 *
 * Nothing valid is written: the first value would switch the scheduler's clamping on for
 * the whole machine, until the next boot. The control is 101 percent, which has to be
 * refused.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = {
		.controller = "cpu",
		.file = "cpu.uclamp.min",
		.nonsense = "101",
	};

	return knob_ask(a, &knob);
}

const struct probe probe_cgroup_cpu_uclamp = {
	.about = "the CPU frequency that a cgroup asks for can be clamped "
		 "(cpu.uclamp.min, cpu.uclamp.max)",
	.how = "A scratch cgroup gets the cpu controller and has to have "
	       "cpu.uclamp.min, which has to refuse 101 percent. No value is set, as "
	       "that would last.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.kconfig = "CONFIG_UCLAMP_TASK_GROUP",
	.needed_by = "Android, laptops, crun",
	.blocked_by = "cpu controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=cpu",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
