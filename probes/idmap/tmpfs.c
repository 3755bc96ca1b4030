/*
 * Can a tmpfs be id-mapped? (probes.md row 38.) Secrets, projected volumes and service
 * account tokens of a pod are on tmpfs; without this a pod with a user namespace cannot read
 * its own (KEP-127).
 *
 * The owner of a file is looked at before and after mount_setattr(MOUNT_ATTR_IDMAP) on the
 * same detached mount: it must change as the mapping says. Nothing is attached, and it is a
 * tmpfs of the asker's own, so that an unprivileged asker may ask in a user namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "answer.h"
#include "idmap.h"
#include "uapi/mount.h"

/* A detached tmpfs with a directory in it, or -1 with *ret_refused. */
static int make_tmpfs(const struct ask *a, struct verdict *ret_refused)
{
	_cleanup_close_ int fs = sys_fsopen("tmpfs", FSOPEN_CLOEXEC);

	if (fs < 0) {
		*ret_refused = answer_refused(a, "fsopen", errno);
		return -1;
	}
	if (sys_fsconfig(fs, PLIMSOLL_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0) {
		*ret_refused = answer_refused(a, "fsconfig(create)", errno);
		return -1;
	}
	_cleanup_close_ int mnt = sys_fsmount(fs, FSMOUNT_CLOEXEC, 0);
	if (mnt < 0) {
		*ret_refused = answer_refused(a, "fsmount", errno);
		return -1;
	}
	if (mkdirat(mnt, "dir", 0755) < 0) {
		*ret_refused =
			answer_error("mkdirat", errno, "a fresh tmpfs cannot be written");
		return -1;
	}
	return TAKE_FD(mnt);
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_idmap_ struct idmap map = { .userns = -1 };
	struct stat before, after;
	struct verdict v;

	_cleanup_close_ int mnt = make_tmpfs(a, &v);
	if (mnt < 0 || idmap_make(a, &map, &v) < 0)
		return v;
	if (fstatat(mnt, "dir", &before, 0) < 0)
		return answer_error(
			"fstatat", errno, "the directory just made is not there");
	if (idmap_mount(mnt, &map) < 0)
		return idmap_refused_tmpfs(a, mnt, &map, errno);
	if (fstatat(mnt, "dir", &after, 0) < 0)
		return answer_fail(
			"a file of the tmpfs cannot be reached once it is id-mapped");
	uid_t expected = idmap_owner(&map, before.st_uid);
	if (after.st_uid == before.st_uid || after.st_uid != expected)
		return answer_fail(
			"MOUNT_ATTR_IDMAP succeeded, but the owner was uid %u before, is "
			"%u now and should be %u",
			before.st_uid, after.st_uid, expected);
	return answer_pass(
		"the owner of a directory was uid %u, and %u once the mount was id-mapped",
		before.st_uid, after.st_uid);
}

const struct probe probe_idmap_tmpfs = {
	.about =
		"a tmpfs can be id-mapped, as pods with a user namespace need for their secrets",
	.how = "a fresh detached tmpfs is id-mapped, and the owner of a directory in it compared "
	       "with what it was before",
	.man = "mount_setattr(2)",
	.since = "6.3",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "KEP-127, runc, crun",
	.blocked_by = "seccomp; user.max_user_namespaces=0 (ENOSPC); RHEL 9 before "
		      "5.14.0-334.el9 (EPERM)",
	.needs = PROBE_NEEDS_MNTNS | PROBE_SHARES,
	.calls = CALLS(mount_setattr, fsopen, fsmount),
	.ask = ask,
};
