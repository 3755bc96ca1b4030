/*
 * Can disk time be shared out by weight? (probes.md row 110.)
 *
 * The kernel has io.weight with the iocost controller, which acts only on disks for
 * which root has switched it on (io.cost.qos): so what is accepted here is without
 * effect on most machines. 200 is written and read back; 0 has to be refused.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = {
		.controller = "io",
		.file = "io.weight",
		.write = "default 200",
		.read = "default 200",
		.nonsense = "0",
	};

	return knob_ask(a, &knob);
}

const struct probe probe_cgroup_io_weight = {
	.about = "weights for disk time are accepted (io.weight; they act where "
		 "io.cost.qos is on)",
	.how = "default 200 is written to io.weight of a scratch cgroup with the io "
	       "controller and read back; nonsense has to be refused.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.kconfig = "CONFIG_BLK_CGROUP_IOCOST",
	.needed_by = "docker --blkio-weight, OCI linux.resources.blockIO.weight, systemd "
		     "IOWeight=",
	.blocked_by = "io controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=blkio",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
