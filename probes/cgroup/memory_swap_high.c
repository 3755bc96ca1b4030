/*
 * Can swapping be throttled? (probes.md row 96.) A userspace OOM killer gets time to act
 * by it.
 *
 * As for memory.swap.max: the value has to come back rounded to pages, and a file that
 * is missing may be swapaccount=0.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = {
		.controller = "memory",
		.file = "memory.swap.high",
		.write = "1048577",
		.read = "1048576",
		.nonsense = "many",
	};

	return knob_ask_swap(a, &knob);
}

const struct probe probe_cgroup_memory_swap_high = {
	.about = "the swap of a cgroup can be limited softly, by throttling "
		 "(memory.swap.high)",
	.how = "1048577 is written to memory.swap.high of a scratch cgroup with the "
	       "memory controller and has to read back as 1048576; nonsense has to be "
	       "refused.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.kconfig = "CONFIG_MEMCG CONFIG_SWAP",
	.needed_by = "oomd",
	.blocked_by = "memory controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=memory; swapaccount=0",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
