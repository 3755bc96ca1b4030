/*
 * Can what is on this directory be id-mapped? (probes.md rows 29 to 45.) For a pod with a
 * user namespace that is asked of every file system its volumes and images are on (KEP-127),
 * and the version of the kernel does not tell: it depends on the file system, on a FUSE
 * daemon, on what a vendor has patched.
 *
 * A detached clone of the directory is id-mapped and the directory's owner looked at through
 * it; it must be another than through a clone that is not. Nothing is attached and nothing
 * changes for others. EINVAL means that the file system cannot only after idmap_refused()
 * has ruled out the rest.
 */
#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "answer.h"
#include "idmap.h"
#include "uapi/mount.h"

struct place {
	char type
		[64]; /* of the file system, as in mountinfo; its magic number failing that */
	bool idmapped; /* its mount is id-mapped already */
};

/* Looks the mount up in mountinfo by its id, as a path may have several mounts on it. */
static void look_up(struct place *place, int id)
{
	struct libmnt_table *table = mnt_new_table_from_file("/proc/self/mountinfo");
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *fs;

	while (table && iter && mnt_table_next_fs(table, iter, &fs) == 0) {
		if (mnt_fs_get_id(fs) != id)
			continue;
		const char *options = mnt_fs_get_vfs_options(fs);
		snprintf(place->type, sizeof(place->type), "%s", mnt_fs_get_fstype(fs));
		place->idmapped = options &&
			mnt_optstr_get_option(options, "idmapped", NULL, NULL) == 0;
	}
	mnt_free_iter(iter);
	mnt_unref_table(table);
}

static struct place place_of(int dir)
{
	struct place place = { 0 };
	struct statfs fs;
	struct statx stx;

	if (fstatfs(dir, &fs) == 0)
		snprintf(place.type, sizeof(place.type), "a file system of type 0x%lx",
			(unsigned long)fs.f_type);
	if (statx(dir, "", AT_EMPTY_PATH, STATX_MNT_ID, &stx) == 0 &&
		(stx.stx_mask & STATX_MNT_ID))
		look_up(&place, (int)stx.stx_mnt_id);
	return place;
}

static struct verdict denied(
	const char *stage, int err, const char *cause, const char *remedy)
{
	struct verdict v =
		answer_denied("mount", cause, remedy, "%s: %s", stage, strerror(err));

	VERDICT_TEXT(v.stage, "%s", stage);
	v.err = err;
	return v;
}

static int open_path(const struct ask *a, struct verdict *ret_refused)
{
	int dir = open(a->path, O_PATH | O_DIRECTORY | O_CLOEXEC), err = errno;

	if (dir >= 0)
		return dir;
	*ret_refused = answer_error("open", err, "%s: %s", a->path, strerror(err));
	if (err == EACCES)
		*ret_refused = denied("open", err,
			"the permissions of the directories above it do not let this asker reach it",
			"ask as root");
	return -1;
}

/* All the way down: in a user namespace what is mounted there may not be uncovered. */
static int clone_of(int dir)
{
	return sys_open_tree(dir, "",
		OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);
}

static struct verdict refused(const struct ask *a, const struct place *place, int mnt,
	const struct idmap *map, int err)
{
	struct verdict v;

	if (err == EPERM && place->idmapped)
		return denied("mount_setattr(idmap)", err,
			"its mount is id-mapped already, and cannot be mapped once more",
			"ask about a mount of the same file system that is not id-mapped");
	v = idmap_refused(a, mnt, map, place->type, err);
	if (v.fault == FAULT_FILESYSTEM)
		VERDICT_TEXT(v.remedy,
			"put the directory on a file system that can be id-mapped: "
			"ext4, xfs, btrfs, or with newer kernels tmpfs and others");
	return v;
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_idmap_ struct idmap map = { .userns = -1 };
	struct stat before, after;
	struct verdict v;

	_cleanup_close_ int dir = open_path(a, &v);
	if (dir < 0)
		return v;
	struct place place = place_of(dir);
	_cleanup_close_ int plain = clone_of(dir), mapped = clone_of(dir);
	if (plain < 0 || mapped < 0)
		return answer_refused(a, "open_tree", errno);
	if (idmap_make(a, &map, &v) < 0)
		return v;
	if (idmap_mount(mapped, &map) < 0)
		return refused(a, &place, mapped, &map, errno);
	if (fstat(plain, &before) < 0 || fstat(mapped, &after) < 0)
		return answer_error("fstat", errno, "%s: %s", a->path, strerror(errno));
	uid_t expected = idmap_owner(&map, before.st_uid);
	if (expected == before.st_uid)
		return answer_error("fstat", 0,
			"%s belongs to uid %u, with or without the mapping", a->path,
			before.st_uid);
	if (after.st_uid != expected)
		return answer_fail(
			"MOUNT_ATTR_IDMAP succeeded on %s, but the owner was uid %u "
			"before, is %u now and should be %u",
			place.type, before.st_uid, after.st_uid, expected);
	return answer_pass(
		"%s: the directory's owner is uid %u, and %u through an id-mapped clone",
		place.type, before.st_uid, after.st_uid);
}

const struct probe probe_idmap_path = {
	.about = "volumes from this directory can be id-mapped into a user namespace",
	.how = "a detached clone of the directory is id-mapped, and its owner compared with that "
	       "through a clone that is not",
	.man = "mount_setattr(2)",
	.since = "5.12",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "KEP-127, containerd, CRI-O, runc, crun",
	.blocked_by =
		"seccomp; user.max_user_namespaces=0 (ENOSPC); for who is not root, the "
		"owner of the file system (EPERM); RHEL 9 before 5.14.0-334.el9 (EPERM)",
	.needs = PROBE_NEEDS_MNTNS | PROBE_NEEDS_PATH | PROBE_SHARES,
	.calls = CALLS(mount_setattr, open_tree),
	.ask = ask,
};
