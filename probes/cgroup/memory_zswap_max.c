/*
 * Can compressed swap be limited? (probes.md row 101.)
 *
 * The file is there when the kernel has zswap, be it switched on or not, which is said
 * beside it. As for memory.max, the value has to come back rounded to pages.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = {
		.controller = "memory",
		.file = "memory.zswap.max",
		.write = "1048577",
		.read = "1048576",
		.nonsense = "many",
	};

	return knob_ask_zswap(a, &knob);
}

const struct probe probe_cgroup_memory_zswap_max = {
	.about = "the compressed swap of a cgroup can be limited (memory.zswap.max)",
	.how = "1048577 is written to memory.zswap.max of a scratch cgroup with the "
	       "memory controller and has to read back as 1048576; nonsense has to be "
	       "refused.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.kconfig = "CONFIG_MEMCG CONFIG_ZSWAP",
	.needed_by = "kubelet NodeSwap, systemd MemoryZSwapMax=",
	.blocked_by = "memory controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=memory",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
