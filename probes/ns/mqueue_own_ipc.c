/*
 * Can mqueue be mounted in a user namespace that owns its ipc namespace? (probes.md row 70.)
 *
 * A runtime mounts it on /dev/mqueue. The control comes first: over an ipc namespace that is
 * not one's own it must be EPERM, when it is created. Then the same mount is made in a new
 * one, and a queue that mq_open(3) makes must be a file there.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "mnt.h"
#include "ns.h"

static struct verdict ask(const struct ask *a)
{
	struct verdict foreign, v;

	_cleanup_close_ int outer = mnt_make(a, "mqueue", NULL, &foreign);
	if (outer < 0 && foreign.err != EPERM)
		return foreign;
	if (ns_unshare(a, "ipc", CLONE_NEWIPC, &v) < 0)
		return v;
	_cleanup_close_ int mnt = mnt_make(a, "mqueue", NULL, &v);
	if (mnt < 0)
		return v;
	if (outer >= 0)
		return answer_fail(
			"mqueue could be mounted in a user namespace over an ipc "
			"namespace that it does not own");
	if (faccessat(mnt, "plimsoll", F_OK, 0) == 0)
		return answer_fail("the mqueue of a new ipc namespace is not empty");
	_cleanup_close_ int queue = syscall(SYS_mq_open, "plimsoll",
		O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, NULL);
	if (queue < 0)
		return answer_refused(a, "mq_open", errno);
	if (faccessat(mnt, "plimsoll", F_OK, 0) < 0)
		return answer_fail(
			"a queue made in the ipc namespace is not a file of its "
			"mqueue");
	return answer_pass("a queue made in a new ipc namespace is a file of the mqueue "
			   "mounted there; over one not owned the mount was EPERM");
}

const struct probe probe_ns_mqueue_own_ipc = {
	.about = "mqueue can be mounted in a user namespace that owns its ipc namespace",
	.how = "Mounts mqueue without (EPERM) and with an ipc namespace of one's own, "
	       "and looks for a queue that is made there.",
	.man = "mq_overview(7)",
	.kconfig = "CONFIG_POSIX_MQUEUE CONFIG_IPC_NS",
	.needed_by = "runc, crun and others (/dev/mqueue)",
	.blocked_by = NS_BLOCKED("ipc"),
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_MNTNS,
	.calls = CALLS(fsopen, fsconfig, fsmount, unshare),
	.ask = ask,
};
