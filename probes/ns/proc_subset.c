/*
 * Can a proc be mounted that shows processes and nothing of the machine? (probes.md row 68.)
 *
 * subset=pid (5.8) leaves out /proc/sys, /proc/kcore and all else that is not a process. The
 * control is a proc without it, which has them. An older kernel does not know the option:
 * EINVAL at fsconfig(2).
 */
#include "mnt.h"
#include "ns.h"
#include "tree.h"

static struct verdict ask_first(const struct ask *a, void *arg)
{
	static const struct mnt_option options[] = { { "subset", "pid" }, { 0 } };
	struct verdict v;

	_cleanup_close_ int whole = mnt_make(a, "proc", NULL, &v);
	if (whole < 0)
		return v;
	_cleanup_close_ int subset = mnt_make(a, "proc", options, &v);
	if (subset < 0)
		return v;
	if (!tree_has(whole, "1") || !tree_has(whole, "sys") ||
		!tree_has(whole, "meminfo"))
		return answer_error(
			"faccessat", 0, "a whole proc lacks what is asked about");
	if (!tree_has(subset, "1") || tree_has(subset, "sys") ||
		tree_has(subset, "meminfo"))
		return answer_fail("proc was mounted with subset=pid, but %s",
			tree_has(subset, "1") ? "shows more than processes"
					      : "does not show this process");
	return answer_pass("with subset=pid a proc shows processes, but no sys and no "
			   "meminfo, which one without it shows");
}

static struct verdict ask(const struct ask *a)
{
	return ns_first(a, ask_first, NULL);
}

const struct probe probe_ns_proc_subset = {
	.about = "a proc can be mounted that shows processes and nothing of the machine",
	.how = "Mounts proc with and without subset=pid and looks for sys and meminfo.",
	.man = "proc(5)",
	.since = "5.8",
	.kconfig = "CONFIG_PROC_FS CONFIG_PID_NS",
	.needed_by = "systemd ProcSubset=pid, benchexec",
	.blocked_by =
		"masked or read-only paths of an outer container (EPERM at fsmount)",
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_MNTNS,
	.calls = CALLS(fsopen, fsconfig, fsmount, unshare),
	.ask = ask,
};
