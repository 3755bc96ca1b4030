/*
 * Is the pids controller to be had in this cgroup? (probes.md rows 81, 82.) It keeps a
 * fork bomb in its container.
 *
 * It is enabled for what is below the scratch cgroup, and one of its files, pids.max,
 * has to appear there. EINVAL: this kernel does not have it, or it was disabled at boot.
 * ENOENT: it is bound to a cgroup v1 hierarchy, or not handed down to here, which is
 * told apart. Where only this process's own cgroup could hand it on, the file is looked
 * for in that.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = { .controller = "pids", .file = "pids.max" };

	return knob_ask(a, &knob);
}

const struct probe probe_cgroup_pids = {
	.about = "the number of processes can be limited for each cgroup (the pids "
		 "controller)",
	.how = "+pids is written to cgroup.subtree_control of a scratch cgroup, and "
	       "pids.max has to appear one level down; the control is an empty line.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.kconfig = "CONFIG_CGROUP_PIDS",
	.needed_by = "kubelet, docker --pids-limit, podman",
	.blocked_by = "pids controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=pids",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
