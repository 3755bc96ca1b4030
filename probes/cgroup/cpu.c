/*
 * Is the cpu controller to be had in this cgroup? (probes.md rows 81, 82.) Debian 11 and
 * older systemd do not hand it down to users; and where CONFIG_RT_GROUP_SCHED is on it
 * cannot be enabled while realtime processes are in other than the root cgroup, so that
 * an init system fails to hand it down.
 *
 * It is enabled for what is below the scratch cgroup, and one of its files, cpu.weight,
 * has to appear there. EINVAL: this kernel does not have it, or it was disabled at boot.
 * ENOENT: it is bound to a cgroup v1 hierarchy, or not handed down to here, which is
 * told apart. Where only this process's own cgroup could hand it on, the file is looked
 * for in that.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = { .controller = "cpu", .file = "cpu.weight" };

	return knob_ask(a, &knob);
}

const struct probe probe_cgroup_cpu = {
	.about = "CPU time can be shared out between cgroups (the cpu controller)",
	.how = "+cpu is written to cgroup.subtree_control of a scratch cgroup, and "
	       "cpu.weight has to appear one level down; the control is an empty line.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "4.15",
	.kconfig = "CONFIG_CGROUP_SCHED CONFIG_FAIR_GROUP_SCHED",
	.needed_by = "kubelet, docker, podman, rootless kind",
	.blocked_by = "cpu controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=cpu",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
