/*
 * Is the rdma controller to be had in this cgroup? (probes.md rows 81, 82.)
 *
 * It is enabled for what is below the scratch cgroup, and one of its files, rdma.max,
 * has to appear there. EINVAL: this kernel does not have it, or it was disabled at boot.
 * ENOENT: it is bound to a cgroup v1 hierarchy, or not handed down to here, which is
 * told apart. Where only this process's own cgroup could hand it on, the file is looked
 * for in that.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = { .controller = "rdma", .file = "rdma.max" };

	return knob_ask(a, &knob);
}

const struct probe probe_cgroup_rdma = {
	.about = "RDMA resources can be limited for each cgroup (the rdma controller)",
	.how = "+rdma is written to cgroup.subtree_control of a scratch cgroup, and "
	       "rdma.max has to appear one level down; the control is an empty line.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.kconfig = "CONFIG_CGROUP_RDMA",
	.needed_by = "OCI linux.resources.rdma, HPC schedulers",
	.blocked_by = "rdma controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=rdma",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
