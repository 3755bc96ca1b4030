/*
 * Can an mqueue file system be id-mapped? (probes.md row 44: no kernel up to 6.18 does.)
 * A runtime gives each container one of its own at /dev/mqueue; sharing the host's with a
 * pod in a user namespace leaves the owners of its queues as they are.
 *
 * One of an ipc namespace of its own is id-mapped, as it may be mounted only by who owns
 * that namespace. EINVAL counts only once idmap_refused() has ruled out what else it may
 * mean.
 */
#include <errno.h>
#include <sched.h>

#include "idmap_fs.h"

static struct verdict ask(const struct ask *a)
{
	if (unshare(CLONE_NEWIPC) < 0)
		return answer_refused(a, "unshare(ipc)", errno);
	return idmap_ask_new(a, "mqueue", FAULT_FILESYSTEM);
}

const struct probe probe_idmap_mqueue = {
	.about = "POSIX message queues can be id-mapped into a user namespace",
	.how = "a fresh detached mqueue of an ipc namespace made for it is id-mapped; the same "
	       "call with a bad descriptor gives EBADF, which shows that it is the file "
	       "system that is refused",
	.man = "mount_setattr(2)",
	.kconfig = "CONFIG_USER_NS CONFIG_POSIX_MQUEUE CONFIG_IPC_NS",
	.needed_by = "runc, crun (a shared /dev/mqueue)",
	.blocked_by =
		"seccomp; user.max_ipc_namespaces=0, user.max_user_namespaces=0 (ENOSPC)",
	.needs = PROBE_NEEDS_MNTNS,
	.calls = CALLS(mount_setattr, fsopen, fsmount),
	.ask = ask,
};
