#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <string.h>
#include <sys/stat.h>

#include "idmap.h"
#include "idmap_fs.h"
#include "image.h"
#include "uapi/mount.h"

struct verdict idmap_ask_mount(
	const struct ask *a, int mnt, const char *type, enum fault who)
{
	_cleanup_idmap_ struct idmap map = { .userns = -1 };
	struct stat before, after;
	struct verdict v;

	if (idmap_make(a, &map, &v) < 0)
		return v;
	if (fstat(mnt, &before) < 0)
		return answer_error(
			"fstat", errno, "the top of a new %s: %s", type, strerror(errno));
	if (idmap_mount(mnt, &map) < 0) {
		v = idmap_refused(a, mnt, &map, type, errno);
		if (v.fault == FAULT_FILESYSTEM)
			v.fault = who;
		return v;
	}
	if (fstat(mnt, &after) < 0)
		return answer_fail("%s cannot be looked at once it is id-mapped: %s",
			type, strerror(errno));
	uid_t expected = idmap_owner(&map, before.st_uid);
	if (after.st_uid == before.st_uid || after.st_uid != expected)
		return answer_fail(
			"MOUNT_ATTR_IDMAP succeeded on %s, but the owner was uid %u before, "
			"is %u now and should be %u",
			type, before.st_uid, after.st_uid, expected);
	return answer_pass(
		"%s: the owner of the top directory was uid %u, and %u once the mount was "
		"id-mapped",
		type, before.st_uid, after.st_uid);
}

struct verdict idmap_ask_new(const struct ask *a, const char *type, enum fault who)
{
	struct verdict v;

	_cleanup_close_ int mnt = mnt_make(a, type, NULL, &v);
	return mnt < 0 ? v : idmap_ask_mount(a, mnt, type, who);
}

/* Is what is seen at its mount point the mount itself, and not one on top of it? */
static bool is_on_top(struct libmnt_fs *fs)
{
	struct statx stx;

	return statx(AT_FDCWD, mnt_fs_get_target(fs),
		       AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW, STATX_MNT_ID, &stx) == 0 &&
		(stx.stx_mask & STATX_MNT_ID) && (int)stx.stx_mnt_id == mnt_fs_get_id(fs);
}

static bool is_mapped(struct libmnt_fs *fs)
{
	const char *options = mnt_fs_get_vfs_options(fs);

	return options && mnt_optstr_get_option(options, "idmapped", NULL, NULL) == 0;
}

/* A detached clone of a mount of this type, or -1 if there is none to be had. */
static int clone_existing(const char *type)
{
	struct libmnt_table *table = mnt_new_table_from_file("/proc/self/mountinfo");
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *fs;
	int mnt = -1;

	while (table && iter && mnt < 0 && mnt_table_next_fs(table, iter, &fs) == 0) {
		const char *fstype = mnt_fs_get_fstype(fs);
		if (fstype && !strcmp(fstype, type) && !is_mapped(fs) && is_on_top(fs))
			mnt = sys_open_tree(AT_FDCWD, mnt_fs_get_target(fs),
				OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	}
	mnt_free_iter(iter);
	mnt_unref_table(table);
	return mnt;
}

struct verdict idmap_with_block(const struct ask *a, const char *type, idmap_mount_fn ask)
{
	struct verdict v;

	if (image_allowed(a, type, &v) < 0)
		return v;
	_cleanup_close_ int mnt = clone_existing(type);
	return mnt >= 0 ? ask(a, mnt, type) : image_ask(a, type, ask);
}

static struct verdict ask_of(const struct ask *a, int mnt, const char *type)
{
	return idmap_ask_mount(a, mnt, type, FAULT_KERNEL);
}

struct verdict idmap_ask_block(const struct ask *a, const char *type)
{
	return idmap_with_block(a, type, ask_of);
}
