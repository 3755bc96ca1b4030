/*
 * Can scarce resources, such as SEV and TDX ids be limited? (probes.md row 117.)
 *
 * A limit names what this machine may not have, so none is set: the file has to be
 * there, and to refuse the name of a device or resource that nobody has.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = {
		.controller = "misc",
		.file = "misc.max",
		.nonsense = "nonsense",
	};

	return knob_ask(a, &knob);
}

const struct probe probe_cgroup_misc_max = {
	.about = "scarce resources, such as SEV and TDX ids of a cgroup can be limited "
		 "(misc.max)",
	.how = "A scratch cgroup gets the misc controller and has to have misc.max, "
	       "which has to refuse nonsense.",
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
