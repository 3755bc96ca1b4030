/*
 * Can a tree of mounts be id-mapped all the way down? (probes.md rows 29 to 45.) The OCI
 * mount option "ridmap" is this; a volume with something mounted in it is half mapped
 * without.
 *
 * A tmpfs with another one mounted in it is cloned twice. Mapping the first clone without
 * AT_RECURSIVE must leave the owner in the submount as it was: the control. With it the
 * owners in both must look as the mapping says.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "idmap.h"
#include "mnt.h"
#include "uapi/mount.h"

/* tree/ and tree/sub are two tmpfs. */
static int make_tree(void)
{
	if (mkdir("tree", 0755) < 0 || mount("t", "tree", "tmpfs", 0, NULL) < 0 ||
		mkdir("tree/sub", 0755) < 0 ||
		mount("s", "tree/sub", "tmpfs", 0, NULL) < 0)
		return -errno;
	return 0;
}

static int map_tree(int mnt, const struct idmap *map)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP,
		.userns_fd = map->userns };

	return sys_mount_setattr(
		mnt, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof(attr));
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_idmap_ struct idmap map = { .userns = -1 };
	struct stat top, sub, plain;
	struct verdict v;

	int r = make_tree();
	if (r < 0)
		return answer_refused(a, "mount", -r);
	_cleanup_close_ int alone = mnt_clone(a, AT_FDCWD, "tree", true, &v);
	_cleanup_close_ int tree =
		alone < 0 ? -1 : mnt_clone(a, AT_FDCWD, "tree", true, &v);
	if (tree < 0 || idmap_make(a, &map, &v) < 0)
		return v;
	if (idmap_mount(alone, &map) < 0)
		return idmap_refused_tmpfs(a, alone, &map, errno);
	if (map_tree(tree, &map) < 0)
		return answer_refused(a, "mount_setattr(recursive)", errno);
	if (fstatat(alone, "sub", &plain, 0) < 0 || fstat(tree, &top) < 0 ||
		fstatat(tree, "sub", &sub, 0) < 0)
		return answer_fail("a mount of the tree cannot be reached once it is "
				   "id-mapped");
	uid_t expected = idmap_owner(&map, 0);
	if (top.st_uid != expected || sub.st_uid != expected || plain.st_uid != 0)
		return answer_fail(
			"with AT_RECURSIVE the owner at the top is uid %u and in the submount %u, "
			"where both should be %u; without, the submount's is %u",
			top.st_uid, sub.st_uid, expected, plain.st_uid);
	return answer_pass(
		"with AT_RECURSIVE the owner in a submount was uid %u, and without it stayed %u",
		sub.st_uid, plain.st_uid);
}

const struct probe probe_idmap_recursive = {
	.about = "a tree of mounts can be id-mapped with everything mounted below it",
	.how = "two clones of a tmpfs with another in it are id-mapped, one with AT_RECURSIVE: "
	       "only there the owner in the submount must change",
	.man = "mount_setattr(2)",
	.since = "6.3", /* of a tmpfs, which is asked */
	.kconfig = "CONFIG_USER_NS CONFIG_TMPFS",
	.needed_by = "OCI mount option ridmap: runc, crun",
	.blocked_by = "seccomp; user.max_user_namespaces=0 (ENOSPC)",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(mount_setattr, open_tree),
	.ask = ask,
};
