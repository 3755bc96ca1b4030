/*
 * Is the memory controller to be had in this cgroup? (probes.md rows 81, 82.) Firmware
 * that passes cgroup_disable=memory, as the Raspberry Pi's does, is the usual reason why
 * not.
 *
 * It is enabled for what is below the scratch cgroup, and one of its files,
 * memory.current, has to appear there. EINVAL: this kernel does not have it, or it was
 * disabled at boot. ENOENT: it is bound to a cgroup v1 hierarchy, or not handed down to
 * here, which is told apart. Where only this process's own cgroup could hand it on, the
 * file is looked for in that.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = { .controller = "memory",
		.file = "memory.current" };

	return knob_ask(a, &knob);
}

const struct probe probe_cgroup_memory = {
	.about = "memory can be limited and counted for each cgroup (the memory "
		 "controller)",
	.how = "+memory is written to cgroup.subtree_control of a scratch cgroup, and "
	       "memory.current has to appear one level down; the control is an empty "
	       "line.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "4.5",
	.kconfig = "CONFIG_MEMCG",
	.needed_by = "kubelet, docker, podman, systemd-oomd",
	.blocked_by = "memory controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=memory",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
