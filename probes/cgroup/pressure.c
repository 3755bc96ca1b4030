/*
 * Can PSI be switched off for one cgroup? (probes.md row 121.) To count costs time at
 * each switch of processes, more so the deeper cgroups are nested.
 *
 * The effect: with 0 in cgroup.pressure the cgroup's memory.pressure disappears, with 1
 * it comes back; before, it was there.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "ask.h"
#include "cgroup_control.h"
#include "cgroup_knob.h"
#include "cgroup_stall.h"

#define SHOWN "memory.pressure"

static bool shown(const struct leaf *leaf)
{
	return faccessat(leaf->dir, SHOWN, F_OK, 0) == 0;
}

/* cgroup.pressure is not there: because PSI is off, or as the kernel does not have it? */
static struct verdict missing(const struct ask *a, const struct leaf *leaf)
{
	struct verdict v;
	char text[512];

	if (!shown(leaf) && psi_read(a, "memory", text, sizeof(text), &v) < 0)
		return v;
	if (!shown(leaf) && boot_parameter(a->env, "cgroup_disable=", "pressure"))
		return answer_denied("sysctl",
			"the kernel was booted with cgroup_disable=pressure",
			"take cgroup_disable=pressure off the kernel command line",
			"a cgroup has no " SHOWN
			", though there is /proc/pressure/memory");
	v = answer_absent("a cgroup has %s" SHOWN " and no cgroup.pressure",
		shown(leaf) ? "" : "no ");
	VERDICT_TEXT(v.stage, "openat(cgroup.pressure)");
	v.err = ENOENT;
	return v;
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_leaf_ struct leaf leaf = { -1 };
	struct verdict v;

	if (leaf_make(a, NULL, NULL, &leaf, &v) < 0)
		return v;
	if (faccessat(leaf.dir, "cgroup.pressure", F_OK, 0) < 0)
		return errno == ENOENT
			? missing(a, &leaf)
			: answer_refused(a, "faccessat(cgroup.pressure)", errno);
	bool before = shown(&leaf);
	int r = write_file(leaf.dir, "cgroup.pressure", "0");
	if (r < 0)
		return answer_refused(a, "write(cgroup.pressure)", -r);
	bool off = shown(&leaf);
	if ((r = write_file(leaf.dir, "cgroup.pressure", "1")) < 0)
		return answer_refused(a, "write(cgroup.pressure)", -r);
	if (!before || off || !shown(&leaf))
		return answer_fail(SHOWN
			" is %s at first, %s with 0 in cgroup.pressure, %s with 1",
			before ? "there" : "gone", off ? "there" : "gone",
			shown(&leaf) ? "there" : "gone");
	return answer_pass(SHOWN
		" is there, gone with 0 in cgroup.pressure, and there again with 1");
}

const struct probe probe_cgroup_pressure = {
	.about = "PSI can be switched off for single cgroups (cgroup.pressure)",
	.how = "0 and 1 are written to cgroup.pressure of a scratch cgroup: its "
	       "memory.pressure has to go and to come back.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "6.1",
	.kconfig = "CONFIG_PSI",
	.needed_by = "systemd, hosts with many cgroups",
	.blocked_by = "no delegation (EACCES); psi=0; cgroup_disable=pressure",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
