/*
 * Can CPU time be shared out by weight? (probes.md row 102.) OCI's cpu.shares, a pod's
 * CPU request, ends up here.
 *
 * 200 is written and read back; 10001 is above the range and has to be refused.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = {
		.controller = "cpu",
		.file = "cpu.weight",
		.write = "200",
		.read = "200",
		.nonsense = "10001",
	};

	return knob_ask(a, &knob);
}

const struct probe probe_cgroup_cpu_weight = {
	.about = "CPU time can be shared out between cgroups by weight (cpu.weight)",
	.how = "200 is written to cpu.weight of a scratch cgroup with the cpu "
	       "controller and read back; nonsense has to be refused.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "4.15",
	.kconfig = "CONFIG_FAIR_GROUP_SCHED",
	.needed_by =
		"docker --cpu-shares, podman, kubelet, OCI linux.resources.cpu.shares",
	.blocked_by = "cpu controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=cpu",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
