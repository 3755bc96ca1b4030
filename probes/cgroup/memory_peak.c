/*
 * Is the most memory that a cgroup ever used known? (probes.md row 100.) On cgroup v1
 * this was memory.max_usage_in_bytes, which statistics of containers show.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = {
		.controller = "memory",
		.file = "memory.peak",
	};

	return knob_ask(a, &knob);
}

const struct probe probe_cgroup_memory_peak = {
	.about = "the most memory a cgroup ever used can be read (memory.peak)",
	.how = "A scratch cgroup gets the memory controller and has to have memory.peak.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "5.19",
	.kconfig = "CONFIG_MEMCG",
	.needed_by = "systemd MemoryPeak, cAdvisor, docker stats",
	.blocked_by = "memory controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=memory",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
