/*
 * Can memory be throttled? (probes.md row 94.) Above memory.high a cgroup is slowed down
 * and reclaimed from, but not killed; the kubelet's MemoryQoS sets it.
 *
 * As for memory.max, the value has to come back rounded to pages.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = {
		.controller = "memory",
		.file = "memory.high",
		.write = "1048577",
		.read = "1048576",
		.nonsense = "many",
	};

	return knob_ask(a, &knob);
}

const struct probe probe_cgroup_memory_high = {
	.about = "the memory of a cgroup can be limited softly, by throttling "
		 "(memory.high)",
	.how = "1048577 is written to memory.high of a scratch cgroup with the memory "
	       "controller and has to read back as 1048576; nonsense has to be "
	       "refused.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.kconfig = "CONFIG_MEMCG",
	.needed_by = "kubelet MemoryQoS (KEP-2570), systemd MemoryHigh=",
	.blocked_by = "memory controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=memory",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
