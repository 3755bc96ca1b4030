/*
 * Can this directory be a layer of an overlay? (probes.md rows 161, 166.) Image stores
 * are put on all kinds of file systems; overlay does not take each of them as a lower
 * layer: an overlay on an overlay already, directories that ignore case, some network and
 * FUSE ones.
 *
 * It is mounted as the lower layer, with the upper one on the scratch tmpfs, so that
 * nothing changes in the directory: its first entry must be seen through the mount, and a
 * file made there must not be in the directory. EINVAL is the file system's only after an
 * overlay of the scratch tmpfs alone has been accepted.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "overlay.h"
#include "path.h"
#include "setting.h"
#include "uapi/mount.h"

/* The first name in the directory, read through the mount; "" if it has none. */
static int first_name(int mnt, char *name, size_t size)
{
	int fd = openat(mnt, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	if (!dir)
		return -errno;
	*name = '\0';
	while (!*name && (e = readdir(dir)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			snprintf(name, size, "%s", e->d_name);
	return 0;
}

static struct verdict judge(const struct ask *a, int dir, int mnt)
{
	static const char made[] = "plimsoll-overlay-path";
	struct stat lower, merged;
	char name[256];

	int r = first_name(mnt, name, sizeof(name));
	if (r == -EACCES)
		return answer_denied("permission",
			"the permissions of the directory do not let this asker list it",
			"ask as root", "readdir through the overlay: %s", strerror(-r));
	if (r < 0)
		return answer_fail("%s was taken as a layer, but cannot be listed: %s",
			a->path, strerror(-r));
	if (*name &&
		(fstatat(dir, name, &lower, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) < 0 ||
			fstatat(mnt, name, &merged,
				AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) < 0 ||
			(lower.st_mode & S_IFMT) != (merged.st_mode & S_IFMT)))
		return answer_fail(
			"an entry of %s looks different through the overlay", a->path);
	r = put_file(mnt, made, "upper");
	if (r < 0 && r != -EACCES && r != -EOVERFLOW)
		return answer_fail(
			"no file can be made on top of %s: %s", a->path, strerror(-r));
	if (fstatat(dir, made, &lower, 0) == 0)
		return answer_fail(
			"a file made in the overlay is in the directory itself");
	return answer_pass("it was taken as the lower layer of an overlay; %s",
		r == 0 ? "a file made on top is not in it"
		       : "its owner lets nobody else make files on top");
}

/*
 * In a user namespace what is mounted below a directory may not be uncovered: a clone of it
 * alone is EINVAL then, and so is a layer.
 */
static bool has_locked(int dir)
{
	_cleanup_close_ int mnt = sys_open_tree(
		dir, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);

	return mnt < 0 && errno == EINVAL;
}

static struct verdict uncovers(int err)
{
	struct verdict v = answer_denied("ownership",
		"something is mounted below it, which may not be uncovered in a user namespace",
		"ask as root, or of a directory without mounts below it",
		"fsconfig(create): %s", strerror(err));

	VERDICT_TEXT(v.stage, "fsconfig(create)");
	v.err = err;
	return v;
}

static struct verdict ask(const struct ask *a)
{
	char lower[32];
	struct verdict v;

	/* First the directory, as the scratch tmpfs may hide it; then that, which takes the
	 * working directory. */
	_cleanup_close_ int dir = path_reach(a, &v);
	if (dir < 0 || setting_scratch(a, &v) < 0 || overlay_prepare(&v) < 0)
		return v;
	snprintf(lower, sizeof(lower), "/proc/self/fd/%d", dir);
	_cleanup_close_ int mnt =
		overlay_mount(a, &(struct overlay) { .name = "o", .lower = lower }, &v);
	if (mnt >= 0)
		return judge(a, dir, mnt);
	if (v.outcome != OUTCOME_ABSENT || strcmp(v.stage, "fsconfig(create)"))
		return v;
	if (has_locked(dir))
		return uncovers(v.err);
	v.fault = FAULT_FILESYSTEM;
	VERDICT_TEXT(v.detail,
		"%.200s is not taken as a layer (%s), while a directory of a tmpfs is",
		a->path, strerror(v.err));
	VERDICT_TEXT(
		v.remedy, "put the directory on another file system: ext4, xfs, btrfs");
	return v;
}

const struct probe probe_overlay_path = {
	.about = "images kept in this directory can be mounted by overlay",
	.how = "the directory is mounted as the lower layer, with the upper one on a tmpfs: "
	       "its entries must be seen, and a file made on top not be in it",
	.man = OVERLAY_MAN,
	.since = "3.18",
	.kconfig = "CONFIG_OVERLAY_FS",
	.needed_by = "containerd, CRI-O, docker, podman",
	.blocked_by = OVERLAY_BLOCKED,
	.modules = "fs-overlay",
	.needs = PROBE_NEEDS_MNTNS | PROBE_NEEDS_PATH,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
