/*
 * Does fsmount(2) make a mount of a file system that was created? (probes.md row 7.)
 *
 * The mount is attached nowhere and must be written through its descriptor; one that is made
 * with MOUNT_ATTR_RDONLY must give EROFS: each is the other's control. Of a context in which
 * nothing was created no mount can be made (EINVAL).
 */
#include <errno.h>
#include <fcntl.h>

#include "mnt.h"
#include "uapi/mount.h"

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	_cleanup_close_ int fs = mnt_configure(a, "tmpfs", NULL, &v);
	if (fs < 0)
		return v;
	_cleanup_close_ int early = sys_fsmount(fs, FSMOUNT_CLOEXEC, 0);
	int err = errno;
	if (early >= 0)
		return answer_fail("fsmount mounted a file system that was not created");
	if (sys_fsconfig(fs, PLIMSOLL_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return answer_refused(a, "fsconfig(create)", errno);
	_cleanup_close_ int ro = sys_fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY);
	if (ro < 0)
		return answer_refused(a, "fsmount(ro)", errno);
	_cleanup_close_ int rw = mnt_make(a, "tmpfs", NULL, &v);
	if (rw < 0)
		return v;
	if (err != EINVAL)
		return answer_fail(
			"fsmount of a context in which nothing was created gave "
			"errno %d, not EINVAL",
			err);
	int written = mnt_try_write(rw, ".");
	if (written)
		return answer_fail(
			"a tmpfs that fsmount has mounted cannot be written: errno %d",
			written);
	if (mnt_try_write(ro, ".") != EROFS)
		return answer_fail(
			"fsmount(MOUNT_ATTR_RDONLY) succeeded, but the mount could "
			"be written");
	return answer_pass("a detached tmpfs could be written, and one mounted with "
			   "MOUNT_ATTR_RDONLY gave EROFS");
}

const struct probe probe_mnt_fsmount = {
	.about =
		"fsmount(2) mounts a new file system detached, to be set up before it is seen",
	.how = "A detached tmpfs must be writable and another made with MOUNT_ATTR_RDONLY "
	       "give EROFS. Before anything is created it must be EINVAL.",
	.man = "fsmount(2)",
	.since = "5.2",
	.needed_by = "runc, crun, systemd, util-linux",
	.blocked_by = "seccomp; no CAP_SYS_ADMIN over the mount namespace (EPERM)",
	.needs = PROBE_NEEDS_MNTNS | PROBE_SHARES,
	.calls = CALLS(fsmount, fsopen, fsconfig),
	.ask = ask,
};
