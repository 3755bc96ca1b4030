/*
 * Is the highest number of processes known? (probes.md row 114.) It is what a limit
 * should be chosen by.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = {
		.controller = "pids",
		.file = "pids.peak",
	};

	return knob_ask(a, &knob);
}

const struct probe probe_cgroup_pids_peak = {
	.about = "the most processes a cgroup ever had can be read (pids.peak)",
	.how = "A scratch cgroup gets the pids controller and has to have pids.peak.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "6.1",
	.kconfig = "CONFIG_CGROUP_PIDS",
	.needed_by = "cAdvisor, systemd",
	.blocked_by = "pids controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=pids",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
