/*
 * Can it be told in which cgroup memory ran out? (probes.md row 98.) memory.events
 * counts for the whole tree below; memory.events.local only what happened in the cgroup
 * itself, so that an OOM kill is put down to the right container.
 *
 * The file has to count what memory.events does: "oom_kill" is looked for.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = {
		.controller = "memory",
		.file = "memory.events.local",
		.read = "oom_kill",
	};

	return knob_ask(a, &knob);
}

const struct probe probe_cgroup_memory_events_local = {
	.about = "memory events, such as OOM kills, are counted for one cgroup alone "
		 "(memory.events.local)",
	.how = "A scratch cgroup gets the memory controller and has to have "
	       "memory.events.local, with a counter oom_kill in it.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.kconfig = "CONFIG_MEMCG",
	.needed_by = "cAdvisor, containerd OOM events",
	.blocked_by = "memory controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=memory",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
