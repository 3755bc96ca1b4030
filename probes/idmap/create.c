/*
 * Does a file made through an id-mapped mount get the right owner on disk? (probes.md row
 * 38.) Volumes that outlive a pod stand on it: what root of the pod writes must not be
 * owned by the host's root, nor by the pod's shifted ids.
 *
 * The scratch tmpfs is mapped so that its uid 100000 is 0 through a clone: a file that
 * uid 0 makes there must belong to 100000 in the tmpfs. The controls: one made next to it
 * without the mount belongs to 0, and through a mount under which uid 0 stands for no
 * owner at all making one fails with EOVERFLOW.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "idmap.h"
#include "mnt.h"

static int make_file(int dir, const char *name)
{
	_cleanup_close_ int fd =
		openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : 0;
}

/* A clone of a directory, mapped, or -1. */
static int map_clone(const struct ask *a, const char *dir, const struct idmap *map,
	struct verdict *ret_refused)
{
	_cleanup_close_ int mnt = mnt_clone(a, AT_FDCWD, dir, false, ret_refused);

	if (mnt < 0 || idmap_mount(mnt, map) == 0)
		return TAKE_FD(mnt);
	*ret_refused = idmap_refused(a, mnt, map, "tmpfs", errno);
	if (ret_refused->fault == FAULT_FILESYSTEM)
		ret_refused->fault = FAULT_KERNEL;
	return -1;
}

static struct verdict judge(int mapped, int without, const struct idmap *map)
{
	struct stat made, plain;

	int r = make_file(mapped, "mapped");
	if (r < 0)
		return answer_fail(
			"the owner of a new file is mapped, but making it failed: %s",
			strerror(-r));
	if (make_file(AT_FDCWD, "shared/plain") < 0 || stat("shared/mapped", &made) < 0 ||
		stat("shared/plain", &plain) < 0)
		return answer_error("open", errno, "the scratch tmpfs cannot be written");
	if (made.st_uid != map->inside || made.st_gid != map->inside || plain.st_uid != 0)
		return answer_fail(
			"a file that uid 0 made through the mapped mount belongs to %u:%u in the "
			"file system, and should to %u:%u; without it, to %u",
			made.st_uid, made.st_gid, map->inside, map->inside, plain.st_uid);
	r = make_file(without, "none");
	if (r != -EOVERFLOW)
		return answer_fail(
			"through a mount under which uid 0 stands for no owner making a file %s, "
			"where EOVERFLOW is due",
			r < 0 ? "failed otherwise" : "succeeded");
	return answer_pass(
		"a file that uid 0 made through an id-mapped mount belongs to uid %u on disk; "
		"where uid 0 is not mapped, making one gave EOVERFLOW",
		made.st_uid);
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_idmap_ struct idmap shifted = { .userns = -1 }, away = { .userns = -1 };
	struct verdict v;

	if (mkdir("shared", 0755) < 0 || mkdir("other", 0755) < 0)
		return answer_error(
			"mkdir", errno, "the scratch tmpfs cannot be written");
	if (idmap_make(a, &away, &v) < 0)
		return v;
	_cleanup_close_ int without = map_clone(a, "other", &away, &v);
	if (without < 0 || idmap_make_shifted(a, &shifted, &v) < 0)
		return v;
	/* Nothing can be made in a directory whose own owner is not mapped (EACCES). */
	if (chown("shared", shifted.inside, shifted.inside) < 0)
		return answer_refused(a, "chown", errno);
	_cleanup_close_ int mapped = map_clone(a, "shared", &shifted, &v);
	return mapped < 0 ? v : judge(mapped, without, &shifted);
}

const struct probe probe_idmap_create = {
	.about =
		"a file written through an id-mapped volume gets the right owner on disk",
	.how = "uid 0 makes a file through a clone of the scratch tmpfs that maps uid 100000 to 0, "
	       "and one beside it without; where uid 0 is not mapped, EOVERFLOW is due",
	.man = "mount_setattr(2)",
	.since = "6.3", /* of a tmpfs, which is asked */
	.kconfig = "CONFIG_USER_NS CONFIG_TMPFS",
	.needed_by =
		"KEP-127, containerd, crun, systemd-nspawn --private-users-ownership=map",
	.blocked_by =
		"seccomp; user.max_user_namespaces=0 (ENOSPC); an asker with a single id",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(mount_setattr, open_tree),
	.ask = ask,
};
