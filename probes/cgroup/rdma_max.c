/*
 * Can RDMA resources (HCA handles and objects) be limited? (probes.md row 116.)
 *
 * A limit names what this machine may not have, so none is set: the file has to be
 * there, and to refuse the name of a device or resource that nobody has.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = {
		.controller = "rdma",
		.file = "rdma.max",
		.nonsense = "nonsense",
	};

	return knob_ask(a, &knob);
}

const struct probe probe_cgroup_rdma_max = {
	.about = "RDMA resources (HCA handles and objects) of a cgroup can be limited "
		 "(rdma.max)",
	.how = "A scratch cgroup gets the rdma controller and has to have rdma.max, "
	       "which has to refuse nonsense.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.kconfig = "CONFIG_CGROUP_RDMA",
	.needed_by = "OCI linux.resources.rdma, HPC schedulers",
	.blocked_by = "rdma controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=rdma",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
