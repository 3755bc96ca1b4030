/*
 * Can memory be limited? (probes.md row 94.) Every engine's memory limit is this file.
 *
 * The value read back is what the kernel took: 1 MiB and a byte is rounded down to
 * pages, which tells a limit that was understood from a text that was only kept. The
 * limit is not run into: that would kill a process and write to the kernel log.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = {
		.controller = "memory",
		.file = "memory.max",
		.write = "1048577",
		.read = "1048576",
		.nonsense = "many",
	};

	return knob_ask(a, &knob);
}

const struct probe probe_cgroup_memory_max = {
	.about = "the memory of a cgroup can be limited hard (memory.max)",
	.how = "1048577 is written to memory.max of a scratch cgroup with the memory "
	       "controller and has to read back as 1048576; nonsense has to be "
	       "refused.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.kconfig = "CONFIG_MEMCG",
	.needed_by = "docker --memory, podman, kubelet, OCI linux.resources.memory.limit",
	.blocked_by = "memory controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=memory",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
