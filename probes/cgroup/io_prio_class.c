/*
 * Can the I/O priority of a whole container be set? (probes.md row 113.)
 *
 * "idle" is written and read back; nonsense has to be refused.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = {
		.controller = "io",
		.file = "io.prio.class",
		.write = "idle",
		.read = "idle",
		.nonsense = "nonsense",
	};

	return knob_ask(a, &knob);
}

const struct probe probe_cgroup_io_prio_class = {
	.about = "the I/O priority class of a cgroup can be set (io.prio.class)",
	.how = "idle is written to io.prio.class of a scratch cgroup with the io "
	       "controller and read back; nonsense has to be refused.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.kconfig = "CONFIG_BLK_CGROUP_IOPRIO",
	.needed_by = "Android",
	.blocked_by = "io controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=blkio",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
