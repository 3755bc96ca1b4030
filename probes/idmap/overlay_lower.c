/*
 * Can an image's layers be id-mapped below overlay? (probes.md rows 36 and 167.) That is
 * how a pod with a user namespace gets its image without a copy of each file being
 * chowned; overlay itself can never be mapped.
 *
 * An overlay of an id-mapped layer is mounted: the owner of its top directory, seen
 * through overlay, must be as the mapping says, and as it is on an overlay of the same
 * layer without: the control. Before 5.19 the first is EINVAL at fsconfig(create). The
 * layer is on a tmpfs, or, where a tmpfs cannot be mapped (before 6.3), on a file system
 * with a device.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "idmap.h"
#include "idmap_fs.h"
#include "uapi/mount.h"

static int attach(
	const struct ask *a, int mnt, const char *dir, struct verdict *ret_refused)
{
	if (mkdir(dir, 0755) < 0) {
		*ret_refused = answer_error(
			"mkdir", errno, "the scratch tmpfs cannot be written");
		return -1;
	}
	if (sys_move_mount(mnt, "", AT_FDCWD, dir, MOVE_MOUNT_F_EMPTY_PATH) == 0)
		return 0;
	*ret_refused = answer_refused(a, "move_mount", errno);
	return -1;
}

/* The owner of the top of a read-only overlay of these layers. 0, or -1 with *ret_refused. */
static int top_owner(const struct ask *a, const char *layers, uid_t *ret_uid,
	struct verdict *ret_refused)
{
	struct mnt_option options[] = { { "lowerdir", layers }, { 0 } };
	struct stat top;

	_cleanup_close_ int mnt = mnt_make(a, "overlay", options, ret_refused);
	if (mnt < 0)
		return -1;
	if (fstat(mnt, &top) < 0) {
		*ret_refused = answer_fail("the top of an overlay cannot be looked at");
		return -1;
	}
	*ret_uid = top.st_uid;
	return 0;
}

/* plain/ is the layer, mapped/ a mapped clone of it. 0, or -1 with *ret_refused. */
static int make_layers(const struct ask *a, int mnt, const char *type,
	const struct idmap *map, struct verdict *ret_refused)
{
	if (mkdir("empty", 0755) < 0 && errno != EEXIST) {
		*ret_refused = answer_error(
			"mkdir", errno, "the scratch tmpfs cannot be written");
		return -1;
	}
	if (attach(a, mnt, "plain", ret_refused) < 0)
		return -1;
	_cleanup_close_ int mapped = mnt_clone(a, AT_FDCWD, "plain", false, ret_refused);
	if (mapped < 0)
		return -1;
	if (idmap_mount(mapped, map) < 0) {
		*ret_refused = idmap_refused(a, mapped, map, type, errno);
		return -1;
	}
	return attach(a, mapped, "mapped", ret_refused);
}

static struct verdict compare(const struct ask *a, int mnt, const char *type)
{
	_cleanup_idmap_ struct idmap map = { .userns = -1 };
	uid_t before, after;
	struct verdict v;

	if (idmap_make(a, &map, &v) < 0 || make_layers(a, mnt, type, &map, &v) < 0 ||
		top_owner(a, "plain:empty", &before, &v) < 0 ||
		top_owner(a, "mapped:empty", &after, &v) < 0)
		return v;
	uid_t expected = idmap_owner(&map, before);
	if (after != expected || after == before)
		return answer_fail(
			"an id-mapped layer was accepted, but its owner is uid %u through overlay "
			"and should be %u (without the mapping: %u)",
			after, expected, before);
	return answer_pass(
		"through overlay the owner of an id-mapped layer on %s is uid %u, and of the same "
		"layer without the mapping %u",
		type, after, before);
}

static struct verdict ask_layer(const struct ask *a, int mnt, const char *type)
{
	struct verdict v = compare(a, mnt, type);

	/* A file system that stays mounted would keep its loop device. */
	umount2("mapped", MNT_DETACH);
	umount2("plain", MNT_DETACH);
	return v;
}

static struct verdict ask_devices(const struct ask *a)
{
	static const char *const types[] = { "ext4", "xfs", "btrfs" };
	struct verdict v;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (mnt_type_known(a->env, types[i]) != 1)
			continue;
		v = idmap_with_block(a, types[i], ask_layer);
		if (v.outcome != OUTCOME_DENIED)
			return v;
	}
	return answer_denied("mount",
		"this kernel maps no tmpfs, and no other file system that it maps is mounted here "
		"or can be made",
		"ask as root where ext4, xfs or btrfs is mounted, or install e2fsprogs",
		"not asked: there is nothing here that could be an id-mapped layer");
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	_cleanup_close_ int known = mnt_configure(a, "overlay", NULL, &v);
	if (known < 0)
		return v;
	_cleanup_close_ int mnt = mnt_make(a, "tmpfs", NULL, &v);
	if (mnt < 0)
		return v;
	v = ask_layer(a, mnt, "tmpfs");
	if (v.fault != FAULT_FILESYSTEM)
		return v;
	/* The next one goes on other directories. */
	if (mkdir("device", 0755) < 0 || mount("d", "device", "tmpfs", 0, NULL) < 0 ||
		chdir("device") < 0)
		return answer_refused(a, "mount(tmpfs)", errno);
	return ask_devices(a);
}

const struct probe probe_idmap_overlay_lower = {
	.about =
		"the layers of an image can be id-mapped, as pods with a user namespace need it",
	.how = "a read-only overlay of an id-mapped layer is mounted and the owner seen through it "
	       "compared with that through an overlay of the same layer without the mapping",
	.man = "Documentation/filesystems/overlayfs.rst",
	.since = "5.19",
	.kconfig = "CONFIG_USER_NS CONFIG_OVERLAY_FS",
	.needed_by = "KEP-127, containerd, CRI-O, containers/storage",
	.blocked_by = "seccomp; user.max_user_namespaces=0 (ENOSPC); RHEL 9 before "
		      "5.14.0-334.el9 (EPERM)",
	.modules = "fs-overlay",
	.needs = PROBE_NEEDS_SCRATCH,
	.calls = CALLS(mount_setattr, fsopen, fsmount, move_mount),
	.ask = ask,
};
