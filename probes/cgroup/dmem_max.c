/*
 * Can device memory, such as a GPU's be limited? (probes.md row 118.)
 *
 * A limit names what this machine may not have, so none is set: the file has to be
 * there, and to refuse the name of a device or resource that nobody has.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = {
		.controller = "dmem",
		.file = "dmem.max",
		.nonsense = "nonsense 1",
	};

	return knob_ask(a, &knob);
}

const struct probe probe_cgroup_dmem_max = {
	.about = "device memory, such as a GPU's of a cgroup can be limited (dmem.max)",
	.how = "A scratch cgroup gets the dmem controller and has to have dmem.max, "
	       "which has to refuse nonsense.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.kconfig = "CONFIG_CGROUP_DMEM",
	.needed_by = "GPU device plugins",
	.blocked_by = "dmem controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=dmem",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
