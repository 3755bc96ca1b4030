/*
 * Can swap be limited? (probes.md row 95.) Without it a container with a memory limit
 * may swap as much as it likes.
 *
 * The file is missing from a cgroup that has the memory controller when swap accounting
 * is not built, or was switched off at boot (swapaccount=0, which kernels before 6.1
 * heed): only that is a policy. As for memory.max, the value has to come back rounded to
 * pages. Whether the machine has any swap does not matter.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = {
		.controller = "memory",
		.file = "memory.swap.max",
		.write = "1048577",
		.read = "1048576",
		.nonsense = "many",
	};

	return knob_ask_swap(a, &knob);
}

const struct probe probe_cgroup_memory_swap_max = {
	.about = "the swap of a cgroup can be limited (memory.swap.max)",
	.how = "1048577 is written to memory.swap.max of a scratch cgroup with the "
	       "memory controller and has to read back as 1048576; nonsense has to be "
	       "refused.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "4.5",
	.kconfig = "CONFIG_MEMCG CONFIG_SWAP",
	.needed_by = "docker --memory-swap, kubelet NodeSwap (KEP-2400), podman",
	.blocked_by = "memory controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=memory; swapaccount=0",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
