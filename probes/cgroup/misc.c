/*
 * Is the misc controller to be had in this cgroup? (probes.md rows 81, 82.)
 *
 * It is enabled for what is below the scratch cgroup, and one of its files, misc.max,
 * has to appear there. EINVAL: this kernel does not have it, or it was disabled at boot.
 * ENOENT: it is bound to a cgroup v1 hierarchy, or not handed down to here, which is
 * told apart. Where only this process's own cgroup could hand it on, the file is looked
 * for in that.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = { .controller = "misc", .file = "misc.max" };

	return knob_ask(a, &knob);
}

const struct probe probe_cgroup_misc = {
	.about = "scarce resources, such as SEV ids, can be limited for each cgroup (the "
		 "misc controller)",
	.how = "+misc is written to cgroup.subtree_control of a scratch cgroup, and "
	       "misc.max has to appear one level down; the control is an empty line.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "5.13",
	.kconfig = "CONFIG_CGROUP_MISC",
	.needed_by = "kubelet for confidential VMs, libvirt",
	.blocked_by = "misc controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=misc",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
