/*
 * Can processes be hidden in one mount of proc alone? (probes.md row 69.)
 *
 * Since 5.8 hidepid= is each mount's own and has "ptraceable", which hides what may not be
 * traced. A process that made itself undumpable is such a one, even to another of its own
 * uid: in a proc with the option it must not be found, in one without, of the same pid
 * namespace, it must. Before, the name is EINVAL at fsconfig(2).
 */
#include <errno.h>
#include <sys/prctl.h>

#include "mnt.h"
#include "ns.h"
#include "tree.h"

struct mounts {
	int plain, hidden;
};

/* In a child of the first process: is that seen? */
static struct verdict look(const struct ask *a, void *arg)
{
	const struct mounts *m = arg;

	if (!tree_has(m->plain, "1"))
		return answer_fail(
			"a proc without hidepid does not show a process, once one "
			"with it is mounted");
	if (!tree_has(m->hidden, "2"))
		return answer_fail(
			"with hidepid=ptraceable a process does not see itself");
	if (tree_has(m->hidden, "1"))
		return answer_fail(
			"proc was mounted with hidepid=ptraceable, but shows a "
			"process that may not be traced");
	return answer_pass(
		"with hidepid=ptraceable a proc hides a process that may not be "
		"traced; another mount of the same pid namespace shows it");
}

static struct verdict ask_first(const struct ask *a, void *arg)
{
	static const struct mnt_option options[] = { { "hidepid", "ptraceable" }, { 0 } };
	struct verdict v;

	_cleanup_close_ int hidden = mnt_make(a, "proc", options, &v);
	if (hidden < 0)
		return v;
	_cleanup_close_ int plain = mnt_make(a, "proc", NULL, &v);
	if (plain < 0)
		return v;
	/* Not traceable by who has no CAP_SYS_PTRACE where this program was started. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return answer_refused(a, "prctl(dumpable)", errno);
	struct mounts m = { plain, hidden };
	return ask_in_child(a, look, &m);
}

static struct verdict ask(const struct ask *a)
{
	return ns_first(a, ask_first, NULL);
}

const struct probe probe_ns_proc_hidepid = {
	.about = "a mount of proc can hide other processes, by an option of its own",
	.how = "Mounts proc with and without hidepid=ptraceable and looks in both for "
	       "a process that may not be traced.",
	.man = "proc(5)",
	.kconfig = "CONFIG_PROC_FS CONFIG_PID_NS",
	.needed_by = "systemd ProtectProc=",
	.blocked_by =
		"masked or read-only paths of an outer container (EPERM at fsmount)",
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_MNTNS,
	.calls = CALLS(fsopen, fsconfig, fsmount, unshare),
	.ask = ask,
};
