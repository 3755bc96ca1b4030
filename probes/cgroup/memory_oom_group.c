/*
 * Is a container killed as a whole when it is out of memory? (probes.md row 97.) With 1
 * in memory.oom.group the kernel's OOM killer takes all processes of the cgroup instead
 * of one.
 *
 * 1 is written and read back, 2 has to be refused; nothing is killed. Where the memory
 * controller is not to be had, /sys/kernel/cgroup/delegate still tells whether the
 * kernel knows the file.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = {
		.controller = "memory",
		.file = "memory.oom.group",
		.write = "1",
		.read = "1",
		.nonsense = "2",
	};

	return knob_ask(a, &knob);
}

const struct probe probe_cgroup_memory_oom_group = {
	.about = "the OOM killer can be made to end a container as a whole "
		 "(memory.oom.group)",
	.how = "1 is written to memory.oom.group of a scratch cgroup with the memory "
	       "controller and read back; nonsense has to be refused.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "4.19",
	.kconfig = "CONFIG_MEMCG",
	.needed_by = "kubelet (singleProcessOOMKill), systemd OOMPolicy=kill",
	.blocked_by = "memory controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=memory",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
