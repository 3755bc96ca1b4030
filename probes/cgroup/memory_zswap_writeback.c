/*
 * Can a cgroup be kept from swapping to disk? (probes.md row 101.) With 0 in
 * memory.zswap.writeback what does not fit into the compressed swap is not written out.
 *
 * 0 is written and read back, 2 has to be refused.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = {
		.controller = "memory",
		.file = "memory.zswap.writeback",
		.write = "0",
		.read = "0",
		.nonsense = "2",
	};

	return knob_ask_zswap(a, &knob);
}

const struct probe probe_cgroup_memory_zswap_writeback = {
	.about = "a cgroup can be kept from writing its compressed swap to disk "
		 "(memory.zswap.writeback)",
	.how = "0 is written to memory.zswap.writeback of a scratch cgroup with the "
	       "memory controller and read back; 2 has to be refused.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "6.8",
	.kconfig = "CONFIG_MEMCG CONFIG_ZSWAP",
	.needed_by = "kubelet NodeSwap, systemd MemoryZSwapWriteback=",
	.blocked_by = "memory controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=memory",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
