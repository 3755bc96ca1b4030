/*
 * Can CPUs be handed down for partitions further below? (probes.md row 108.) With
 * cpuset.cpus.exclusive a container's cgroup may be a partition though its parents are
 * none ("remote partition").
 *
 * CPU numbers are only reserved by a write where a partition is made of them, which is
 * not done; but siblings may not overlap, so none is written. The file has to be there,
 * and to refuse nonsense.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = {
		.controller = "cpuset",
		.file = "cpuset.cpus.exclusive",
		.nonsense = "some",
	};

	return knob_ask(a, &knob);
}

const struct probe probe_cgroup_cpuset_exclusive = {
	.about = "CPUs can be set apart for a cgroup whose parents are no partitions "
		 "(cpuset.cpus.exclusive)",
	.how = "A scratch cgroup gets the cpuset controller and has to have "
	       "cpuset.cpus.exclusive, which has to refuse nonsense.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "6.7",
	.kconfig = "CONFIG_CPUSETS",
	.needed_by = "low-latency nodes, nested engines",
	.blocked_by = "cpuset controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=cpuset",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
