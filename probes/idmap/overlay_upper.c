/*
 * Can the writable layer of an overlay be id-mapped? (probes.md row 36.) Then what a
 * container in a user namespace writes is on disk under the ids that an image store
 * keeps, whatever ids the container has.
 *
 * The upper layer is a clone of a directory of the scratch tmpfs, mapped so that uid
 * 100000 on disk is 0 through it. A file that uid 0 makes through overlay, and a copy of
 * one from the lower layer, must belong to 100000 on disk; on an overlay without the
 * mapping, the control, to 0. Before 5.19 an id-mapped layer is EINVAL at
 * fsconfig(create).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "idmap.h"
#include "mnt.h"
#include "uapi/mount.h"

static int make_file(int dir, const char *name)
{
	_cleanup_close_ int fd = openat(dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : 0;
}

/* TOP/upper and TOP/work, owned by `owner`. */
static int make_dirs(const char *top, uid_t owner)
{
	static const char *const below[] = { "", "/upper", "/work" };
	char path[64];

	for (size_t i = 0; i < ARRAY_SIZE(below); i++) {
		snprintf(path, sizeof(path), "%s%s", top, below[i]);
		if (mkdir(path, 0755) < 0 || chown(path, owner, owner) < 0)
			return -errno;
	}
	return 0;
}

/* Mounts it with its upper layer below `top`, and makes and copies a file. 0, or -1. */
static int write_through(
	const struct ask *a, const char *top, struct verdict *ret_refused)
{
	char upper[64], work[64];
	struct mnt_option options[] = { { "lowerdir", "lower" }, { "upperdir", upper },
		{ "workdir", work }, { 0 } };

	snprintf(upper, sizeof(upper), "%s/upper", top);
	snprintf(work, sizeof(work), "%s/work", top);
	_cleanup_close_ int mnt = mnt_make(a, "overlay", options, ret_refused);
	if (mnt < 0)
		return -1;
	int r = make_file(mnt, "made");
	if (r == 0 && fchmodat(mnt, "copied", 0400, 0) < 0)
		r = -errno;
	if (r == 0)
		return 0;
	*ret_refused = answer_fail(
		"an overlay with its upper layer in %s/ cannot be written: %s", top,
		strerror(-r));
	return -1;
}

/* mapped/ is shared/ through the mapping. 0, or -1 with *ret_refused. */
static int map_shared(
	const struct ask *a, const struct idmap *map, struct verdict *ret_refused)
{
	_cleanup_close_ int mnt = mnt_clone(a, AT_FDCWD, "shared", false, ret_refused);

	if (mnt < 0)
		return -1;
	if (idmap_mount(mnt, map) < 0) {
		*ret_refused = idmap_refused(a, mnt, map, "tmpfs", errno);
		if (ret_refused->fault == FAULT_FILESYSTEM)
			*ret_refused = answer_denied("mount",
				"this kernel maps no tmpfs, and nothing else may be written for "
				"a question",
				"ask on Linux 6.3 or later",
				"not asked: there is nothing here "
				"that could be an id-mapped upper layer");
		return -1;
	}
	if (mkdir("mapped", 0755) == 0 &&
		sys_move_mount(mnt, "", AT_FDCWD, "mapped", MOVE_MOUNT_F_EMPTY_PATH) == 0)
		return 0;
	*ret_refused = answer_refused(a, "move_mount", errno);
	return -1;
}

static struct verdict judge(const struct idmap *map)
{
	struct stat made, copied, plain;

	if (stat("shared/upper/made", &made) < 0 ||
		stat("shared/upper/copied", &copied) < 0 ||
		stat("plain/upper/made", &plain) < 0)
		return answer_fail("what was written is not in the upper layer: %s",
			strerror(errno));
	if (made.st_uid != map->inside || copied.st_uid != map->inside ||
		plain.st_uid != 0)
		return answer_fail(
			"in an id-mapped upper layer a new file belongs to uid %u and a copied one to "
			"%u, where both should to %u; without the mapping, to %u",
			made.st_uid, copied.st_uid, map->inside, plain.st_uid);
	return answer_pass(
		"in an id-mapped upper layer a new file and a copied one of uid 0 belong to uid "
		"%u on disk; without the mapping, to %u",
		made.st_uid, plain.st_uid);
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_idmap_ struct idmap map = { .userns = -1 };
	struct verdict v;

	_cleanup_close_ int known = mnt_configure(a, "overlay", NULL, &v);
	if (known < 0 || idmap_make_shifted(a, &map, &v) < 0)
		return v;
	int r = mkdir("lower", 0755) < 0 ? -errno : make_file(AT_FDCWD, "lower/copied");
	if (r == 0)
		r = make_dirs("plain", 0);
	if (r == 0)
		r = make_dirs("shared", map.inside);
	if (r < 0)
		return answer_refused(a, "chown", -r);
	if (map_shared(a, &map, &v) < 0 || write_through(a, "plain", &v) < 0 ||
		write_through(a, "mapped", &v) < 0)
		return v;
	return judge(&map);
}

const struct probe probe_idmap_overlay_upper = {
	.about = "the writable layer of a container can be id-mapped",
	.how = "uid 0 writes through an overlay whose upper layer maps uid 100000 on disk to 0, and "
	       "through one without the mapping; the owners on disk are compared",
	.man = "Documentation/filesystems/overlayfs.rst",
	.since = "5.19",
	.kconfig = "CONFIG_USER_NS CONFIG_OVERLAY_FS",
	.needed_by = "containers/storage, systemd-nspawn, LXC",
	.blocked_by =
		"seccomp; user.max_user_namespaces=0 (ENOSPC); an asker with a single id",
	.modules = "fs-overlay",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(mount_setattr, fsopen, fsmount, move_mount),
	.ask = ask,
};
