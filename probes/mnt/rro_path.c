/*
 * Can volumes from this directory be mounted read-only with all below them? (probes.md row 14,
 * KEP-3857.) mnt/rro asks it of the kernel; this of a directory, with what is mounted there.
 *
 * A detached recursive clone of it is made read-only, so that nothing changes for others. Every
 * mount of the clone must be read-only then (statvfs). To write there is tried without ever
 * writing: unlinkat(2) looks whether the mount may be written before it looks for the file, so
 * that a name too long for any file gives EROFS if not, and another errno if so. The control
 * is that another errno comes before, and from the directory itself still after.
 */
#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "path.h"
#include "uapi/mount.h"

/* The errno of a removal that can remove nothing; EROFS on what may not be written. */
static int try_unlink(int dir)
{
	char name[4000]; /* longer than what a FUSE daemon could be asked about, too */

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	return unlinkat(dir, name, 0) < 0 ? errno : 0;
}

static struct verdict denied(const char *stage, int err, const char *layer,
	const char *cause, const char *remedy)
{
	struct verdict v =
		answer_denied(layer, cause, remedy, "%s: %s", stage, strerror(err));

	VERDICT_TEXT(v.stage, "%s", stage);
	v.err = err;
	return v;
}

/* All the way down: in a user namespace what is mounted there may not be uncovered. */
static int clone_all(int dir, const char *path)
{
	return sys_open_tree(dir, path,
		OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE);
}

static struct verdict clone_refused(const struct ask *a, int err)
{
	_cleanup_close_ int root = err == EINVAL ? clone_all(AT_FDCWD, "/") : -1;

	if (root < 0)
		return answer_refused(a, "open_tree(clone)", err);
	return denied("open_tree(clone)", err, "mount",
		"its mount may not be cloned, where that of / may: it is unbindable, or of "
		"another mount namespace",
		"ask about a directory of this mount namespace");
}

/* The mounts of the clone below its top that can be reached and are not read-only. */
struct below {
	int seen, writable;
	char first[128]; /* one that can be written */
};

static void look_at(struct below *b, int clone, const char *path)
{
	struct statvfs fs;

	_cleanup_close_ int fd = openat(clone, path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstatvfs(fd, &fs) < 0)
		return;
	b->seen++;
	if (fs.f_flag & ST_RDONLY)
		return;
	if (!b->writable++)
		snprintf(b->first, sizeof(b->first), "%s", path);
}

/* What lies below the directory in mountinfo is looked at through the clone. */
static void look_below(struct below *b, const char *top, int clone)
{
	struct libmnt_table *table = mnt_new_table_from_file("/proc/self/mountinfo");
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	size_t len = strcmp(top, "/") ? strlen(top) : 0;
	struct libmnt_fs *fs;

	while (table && iter && mnt_table_next_fs(table, iter, &fs) == 0) {
		const char *target = mnt_fs_get_target(fs);
		const char *type = mnt_fs_get_fstype(fs);
		if (!target || strncmp(target, top, len) || target[len] != '/' ||
			!target[len + 1] || !type || !strcmp(type, "autofs"))
			continue;
		look_at(b, clone, target + len + 1);
	}
	mnt_free_iter(iter);
	mnt_unref_table(table);
}

static int real_path(int dir, char *path, size_t size)
{
	char link[64];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);
	ssize_t n = readlink(link, path, size - 1);
	if (n < 0)
		return -errno;
	path[n] = 0;
	return 0;
}

static struct verdict judge(const struct ask *a, int dir, int clone, int before)
{
	struct below below = { 0 };
	char top[PATH_MAX];
	struct statvfs fs;

	int r = real_path(dir, top, sizeof(top));
	if (r < 0)
		return answer_refused(a, "readlink(fd)", -r);
	/* Without permission to enter the directory that is what unlinkat(2) says first. */
	if (fstatvfs(clone, &fs) < 0 || !(fs.f_flag & ST_RDONLY) ||
		(before != EACCES && try_unlink(clone) != EROFS))
		return answer_fail(
			"AT_RECURSIVE with MOUNT_ATTR_RDONLY succeeded on a clone of "
			"%s, but it is not read-only",
			a->path);
	look_below(&below, top, clone);
	if (below.writable)
		return answer_fail(
			"AT_RECURSIVE with MOUNT_ATTR_RDONLY succeeded on a clone of "
			"%s, but %s below it is not read-only",
			a->path, below.first);
	if (try_unlink(dir) != before)
		return answer_fail("%s itself became read-only with its clone", a->path);
	if (before == EROFS)
		return answer_pass(
			"a clone of %s and of %d mounts below is read-only; the "
			"directory is so itself",
			a->path, below.seen);
	return answer_pass("a clone of %s and of %d mounts below became read-only%s; the "
			   "directory itself did not",
		a->path, below.seen, before == EACCES ? "" : ", and writing to it EROFS");
}

static struct verdict ask(const struct ask *a)
{
	struct mount_attr rdonly = { .attr_set = MOUNT_ATTR_RDONLY };
	struct verdict v;

	_cleanup_close_ int dir = path_reach(a, &v);
	if (dir < 0)
		return v;
	_cleanup_close_ int clone = clone_all(dir, "");
	if (clone < 0)
		return clone_refused(a, errno);
	int before = try_unlink(clone);
	if (sys_mount_setattr(
		    clone, "", AT_EMPTY_PATH | AT_RECURSIVE, &rdonly, sizeof(rdonly)) < 0)
		return answer_refused(a, "mount_setattr", errno);
	return judge(a, dir, clone, before);
}

const struct probe probe_mnt_rro_path = {
	.about =
		"volumes from this directory can be read-only with everything mounted below",
	.how = "A detached recursive clone of the directory is made read-only; all its mounts "
	       "must be so then, and the directory itself not. Nothing is written.",
	.man = "mount_setattr(2)",
	.since = "5.12",
	.needed_by = "KEP-3857, docker bind-recursive=readonly, podman rro",
	.blocked_by = "seccomp; no CAP_SYS_ADMIN over the mount namespace (EPERM)",
	.needs = PROBE_NEEDS_MNTNS | PROBE_NEEDS_PATH | PROBE_SHARES,
	.calls = CALLS(mount_setattr, open_tree),
	.ask = ask,
};
