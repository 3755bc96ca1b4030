/*
 * Can a mount that is id-mapped be cloned with another mapping? (probes.md row 19.) A
 * container whose root is an id-mapped mount could not map a volume of it once more
 * before: nested containers and systemd-homed in a container wait for this.
 *
 * open_tree_attr(2) clones an id-mapped tmpfs with a second mapping: the owner of its top
 * directory must then look as the second one says, and through the first as before. A
 * kernel without the call gives ENOSYS. The old way, mount_setattr(2), is EPERM for such
 * a mount.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "idmap.h"
#include "mnt.h"
#include "uapi/mount.h"

/* Both mappings, and a detached tmpfs with the first of them, or -1. */
static int make(const struct ask *a, struct idmap *first, struct idmap *second,
	struct verdict *ret_refused)
{
	_cleanup_close_ int mnt = mnt_make(a, "tmpfs", NULL, ret_refused);

	if (mnt < 0 || idmap_make(a, first, ret_refused) < 0 ||
		idmap_make_other(a, second, ret_refused) < 0)
		return -1;
	if (idmap_mount(mnt, first) == 0)
		return TAKE_FD(mnt);
	*ret_refused = idmap_refused(a, mnt, first, "tmpfs", errno);
	if (ret_refused->fault == FAULT_FILESYSTEM)
		ret_refused->fault = FAULT_KERNEL;
	return -1;
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_idmap_ struct idmap first = { .userns = -1 }, second = { .userns = -1 };
	struct stat before, after;
	struct verdict v;

	_cleanup_close_ int mnt = make(a, &first, &second, &v);
	if (mnt < 0)
		return v;
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP,
		.userns_fd = second.userns };
	_cleanup_close_ int changed = sys_open_tree_attr(mnt, "",
		OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH, &attr, sizeof(attr));
	if (changed < 0)
		return answer_refused(a, "open_tree_attr", errno);
	if (fstat(mnt, &before) < 0 || fstat(changed, &after) < 0)
		return answer_error("fstat", errno, "the top of a tmpfs");
	if (after.st_uid != idmap_owner(&second, 0) ||
		before.st_uid != idmap_owner(&first, 0))
		return answer_fail(
			"open_tree_attr succeeded, but through the clone the owner is uid %u "
			"and should be %u; through the first mount it is %u and should be %u",
			after.st_uid, idmap_owner(&second, 0), before.st_uid,
			idmap_owner(&first, 0));
	return answer_pass(
		"the owner is uid %u through an id-mapped mount, and %u through a clone of it "
		"with another mapping",
		before.st_uid, after.st_uid);
}

const struct probe probe_idmap_change = {
	.about = "a mount that is id-mapped can be cloned with another mapping",
	.how = "an id-mapped tmpfs is cloned by open_tree_attr(2) with a second mapping, and the "
	       "owner of its top directory compared through both",
	.man = "open_tree_attr(2)",
	.since = "6.15",
	.kconfig = "CONFIG_USER_NS CONFIG_TMPFS",
	.needed_by = "systemd-homed in containers, nested KEP-127",
	.blocked_by = "seccomp; user.max_user_namespaces=0 (ENOSPC)",
	.needs = PROBE_NEEDS_MNTNS | PROBE_SHARES,
	.calls = CALLS(open_tree_attr, fsopen, fsmount),
	.ask = ask,
};
