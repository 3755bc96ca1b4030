/*
 * Is proc refused in a user namespace that does not own its pid namespace? (probes.md row 67.)
 *
 * A contract: a proc of its own over the host's processes would come with options and
 * permissions of the container's choosing. The refusal alone proves nothing, so the control is
 * the same mount by the first process of a pid namespace of its own.
 */
#include <errno.h>
#include <string.h>

#include "mnt.h"
#include "ns.h"
#include "record.h"

static struct verdict ask_first(const struct ask *a, void *arg)
{
	struct verdict v;

	_cleanup_close_ int proc = mnt_make(a, "proc", NULL, &v);
	return proc < 0 ? v : answer_pass("mounted");
}

static struct verdict ask(const struct ask *a)
{
	struct verdict foreign, own;

	_cleanup_close_ int proc = mnt_make(a, "proc", NULL, &foreign);
	if (proc < 0 && foreign.err != EPERM)
		return foreign;
	own = ns_first(a, ask_first, NULL);
	if (own.outcome != OUTCOME_PASS)
		return own;
	if (proc >= 0)
		return answer_fail("proc could be mounted in a user namespace over a pid "
				   "namespace that it does not own");
	return answer_pass("%s: %s, while the same mount succeeded in a pid namespace of "
			   "one's own",
		foreign.stage, errno_name(foreign.err));
}

const struct probe probe_ns_proc_foreign_pid = {
	.about = "proc is refused in a user namespace over somebody else's processes",
	.how = "Mounts proc in a user namespace without a pid namespace of its own "
	       "(EPERM) and then in one with it.",
	.man = "user_namespaces(7)",
	.kconfig = "CONFIG_PID_NS CONFIG_PROC_FS",
	.needed_by = "the isolation of pods with hostPID and a user namespace",
	.blocked_by =
		"masked or read-only paths of an outer container (EPERM at fsmount)",
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_MNTNS,
	.calls = CALLS(fsopen, fsconfig, fsmount, unshare),
	.ask = ask,
};
