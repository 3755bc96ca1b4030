/*
 * Can the latency of a cgroup's disk I/O be protected? (probes.md row 111.)
 *
 * A target names a block device, and to set one would change how that device is driven,
 * so none is written: the file has to be there, and to refuse what is no device number.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = {
		.controller = "io",
		.file = "io.latency",
		.nonsense = "nonsense",
	};

	return knob_ask(a, &knob);
}

const struct probe probe_cgroup_io_latency = {
	.about = "the disk latency of a cgroup can be protected (io.latency)",
	.how = "A scratch cgroup gets the io controller and has to have io.latency, "
	       "which has to refuse nonsense.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.kconfig = "CONFIG_BLK_CGROUP_IOLATENCY",
	.needed_by = "systemd IODeviceLatencyTargetSec=",
	.blocked_by = "io controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=blkio",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
