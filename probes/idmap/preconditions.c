/*
 * Does the kernel refuse the id-maps that it must refuse? (probes.md row 45.) Runtimes
 * stand on these rules: a mapping that is none would leave a container with the host's
 * owners, and a mount that is in use, or mapped already, must not change its owners below
 * others' feet.
 *
 * A detached tmpfs that can be mapped is the control. Then, by mount_setattr(2): the
 * initial user namespace is EPERM (to who is in it; to others the file system's own one
 * is refused), a second mapping of the same mount is EPERM (only open_tree_attr(2), 6.15,
 * changes one), and an attached mount is EINVAL, which the same mount is not before it is
 * attached.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "idmap.h"
#include "mnt.h"
#include "ns.h"
#include "record.h"
#include "uapi/mount.h"

/* 0 if it is refused as it must be; -1 with the verdict. */
static int must_refuse(int mnt, const struct idmap *map, const char *what, int err,
	struct verdict *ret_broken)
{
	if (idmap_mount(mnt, map) == 0) {
		*ret_broken = answer_fail("%s was id-mapped, and must not be", what);
		return -1;
	}
	if (!err || errno == err)
		return 0;
	*ret_broken = answer_fail("%s was refused with %s, where %s is due", what,
		errno_name(errno), errno_name(err));
	return -1;
}

static int attach(const struct ask *a, int mnt, struct verdict *ret_refused)
{
	if (mkdir("attached", 0755) < 0) {
		*ret_refused = answer_error(
			"mkdir", errno, "the scratch tmpfs cannot be written");
		return -1;
	}
	if (sys_move_mount(mnt, "", AT_FDCWD, "attached", MOVE_MOUNT_F_EMPTY_PATH) == 0)
		return 0;
	*ret_refused = answer_refused(a, "move_mount", errno);
	return -1;
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_idmap_ struct idmap map = { .userns = -1 }, own = { .userns = -1 };
	bool initial = !a->env->own_userns && !a->own_userns;
	struct verdict v;

	_cleanup_close_ int mapped = mnt_make(a, "tmpfs", NULL, &v);
	if (mapped < 0 || idmap_make(a, &map, &v) < 0)
		return v;
	own.userns = ns_open(a->env, "user");
	if (own.userns < 0)
		return answer_refused(a, "open(ns/user)", -own.userns);
	if (idmap_mount(mapped, &map) < 0) {
		v = idmap_refused(a, mapped, &map, "tmpfs", errno);
		if (v.fault == FAULT_FILESYSTEM)
			v.fault = FAULT_KERNEL;
		return v;
	}
	_cleanup_close_ int other = mnt_make(a, "tmpfs", NULL, &v);
	if (other < 0 ||
		must_refuse(mapped, &map, "a mount that is id-mapped already", EPERM,
			&v) < 0 ||
		must_refuse(other, &own,
			initial ? "a mount with the initial user namespace"
				: "a mount with the user namespace of its file system",
			initial ? EPERM : 0, &v) < 0 ||
		attach(a, other, &v) < 0 ||
		must_refuse(other, &map, "a mount that is attached", EINVAL, &v) < 0)
		return v;
	return answer_pass(
		"a detached tmpfs was id-mapped; a second mapping, %s and an attached mount "
		"were refused",
		initial ? "the initial user namespace (both EPERM)"
			: "its own user namespace");
}

const struct probe probe_idmap_preconditions = {
	.about =
		"an id-map that would be none, or would change a mount in use, is refused",
	.how = "a detached tmpfs is id-mapped, then what must be refused is tried: a second "
	       "mapping (EPERM), the initial user namespace (EPERM), an attached mount (EINVAL)",
	.man = "mount_setattr(2)",
	.since = "6.3", /* of a tmpfs, which is asked */
	.kconfig = "CONFIG_USER_NS CONFIG_TMPFS",
	.needed_by = "runc, crun, systemd",
	.blocked_by = "seccomp; user.max_user_namespaces=0 (ENOSPC)",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(mount_setattr, fsopen, fsmount, move_mount),
	.ask = ask,
};
