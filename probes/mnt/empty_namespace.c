/*
 * Can a process get a mount namespace with nothing in it? (probes.md row 27.) A sandbox that
 * begins empty needs no pivot_root, and copies none of the host's mounts.
 *
 * A child calls unshare(UNSHARE_EMPTY_MNTNS): no file of before may be seen then, neither from
 * "/" nor where it was, and a tmpfs that is attached to the empty root must be of use. EINVAL
 * is an older kernel only because unshare(CLONE_NEWNS), after which the file is seen, works.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "ask.h"
#include "mnt.h"
#include "tree.h"
#include "uapi/mount.h"

/* Of unshare(2) only: the bit is another flag of clone(2)'s. */
#ifndef UNSHARE_EMPTY_MNTNS /* 7.1 */
#define UNSHARE_EMPTY_MNTNS 0x00100000
#endif

static struct verdict ask_inside(const struct ask *a, void *arg)
{
	const int *mnt = arg;

	if (unshare(CLONE_NEWNS) < 0)
		return answer_refused(a, "unshare(mnt)", errno);
	if (!tree_has(AT_FDCWD, "file") || !tree_has(AT_FDCWD, "/proc"))
		return answer_error("unshare(mnt)", 0,
			"the control failed: a new mount "
			"namespace is no copy of the old");
	if (unshare(UNSHARE_EMPTY_MNTNS) < 0)
		return answer_refused(a, "unshare(mnt,empty)", errno);
	if (tree_has(AT_FDCWD, "file") || tree_has(AT_FDCWD, "/proc"))
		return answer_fail(
			"UNSHARE_EMPTY_MNTNS succeeded, but what was mounted before "
			"is still seen");
	if (sys_move_mount(*mnt, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return answer_refused(a, "move_mount(/)", errno);
	if (fchdir(*mnt) < 0 || chroot(".") < 0)
		return answer_refused(a, "chroot", errno);
	if (mnt_try_write(AT_FDCWD, "/"))
		return answer_fail(
			"a tmpfs that was attached to the empty root cannot be "
			"written");
	return answer_pass(
		"what was mounted before was gone, and a tmpfs attached to the "
		"empty root could be written; a plain new mount namespace had all");
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	_cleanup_close_ int mnt = mnt_make(a, "tmpfs", NULL, &v);
	if (mnt < 0)
		return v;
	if (tree_touch(AT_FDCWD, "file") < 0)
		return answer_error("open", errno, "the scratch tmpfs cannot be written");
	return ask_in_child(a, ask_inside, &mnt);
}

const struct probe probe_mnt_empty_namespace = {
	.about = "a process can get a mount namespace with none of the host's mounts",
	.how = "After unshare(UNSHARE_EMPTY_MNTNS) nothing from before may be seen and a tmpfs "
	       "be attached to the root. unshare(CLONE_NEWNS) is the control.",
	.man = "unshare(2)",
	.since = "7.1",
	.blocked_by = "seccomp; no CAP_SYS_ADMIN over the user namespace (EPERM); "
		      "user.max_mnt_namespaces (ENOSPC)",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(unshare),
	.ask = ask,
};
