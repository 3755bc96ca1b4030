/*
 * Can disk bandwidth be limited? (probes.md row 109.)
 *
 * A limit names a block device, and to set one would change how that device is driven,
 * so none is written: the file has to be there, and to refuse what is no device number.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = {
		.controller = "io",
		.file = "io.max",
		.nonsense = "nonsense",
	};

	return knob_ask(a, &knob);
}

const struct probe probe_cgroup_io_max = {
	.about = "the bandwidth of a cgroup on a disk can be limited (io.max)",
	.how = "A scratch cgroup gets the io controller and has to have io.max, which "
	       "has to refuse nonsense.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.kconfig = "CONFIG_BLK_DEV_THROTTLING",
	.needed_by = "docker --device-read-bps, podman, OCI "
		     "linux.resources.blockIO.throttle*",
	.blocked_by = "io controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=blkio",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
