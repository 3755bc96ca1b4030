/*
 * Is the io controller to be had in this cgroup? (probes.md rows 81, 82.) /proc/cgroups
 * and the kernel's command line call it blkio.
 *
 * It is enabled for what is below the scratch cgroup, and one of its files, io.stat, has
 * to appear there. EINVAL: this kernel does not have it, or it was disabled at boot.
 * ENOENT: it is bound to a cgroup v1 hierarchy, or not handed down to here, which is
 * told apart. Where only this process's own cgroup could hand it on, the file is looked
 * for in that.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = { .controller = "io", .file = "io.stat" };

	return knob_ask(a, &knob);
}

const struct probe probe_cgroup_io = {
	.about = "block I/O can be counted and limited for each cgroup (the io "
		 "controller)",
	.how = "+io is written to cgroup.subtree_control of a scratch cgroup, and "
	       "io.stat has to appear one level down; the control is an empty line.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.kconfig = "CONFIG_BLK_CGROUP",
	.needed_by = "docker --device-read-bps, podman, systemd",
	.blocked_by = "io controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=blkio",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
