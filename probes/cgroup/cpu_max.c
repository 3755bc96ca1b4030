/*
 * Can CPU time be limited? (probes.md row 102.) The limit of a container's CPUs is this
 * file.
 *
 * A tenth of a CPU is written and read back; a quota below a millisecond has to be
 * refused. The limit is taken back in the end, as the kernel counts the cgroups that
 * have one.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = {
		.controller = "cpu",
		.file = "cpu.max",
		.write = "10000 100000",
		.read = "10000 100000",
		.nonsense = "100 100000",
		.restore = "max",
	};

	return knob_ask(a, &knob);
}

const struct probe probe_cgroup_cpu_max = {
	.about = "the CPU time of a cgroup can be limited hard (cpu.max)",
	.how = "10000 100000 is written to cpu.max of a scratch cgroup with the cpu "
	       "controller and read back; nonsense has to be refused.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "4.15",
	.kconfig = "CONFIG_CFS_BANDWIDTH",
	.needed_by = "docker --cpus, podman, kubelet, OCI linux.resources.cpu.quota",
	.blocked_by = "cpu controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=cpu",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
