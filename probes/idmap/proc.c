/*
 * Does the kernel refuse to id-map a file system that cannot be? (probes.md row 44.)
 *
 * The negative control of the idmap probes: proc never can, so its mount must be refused
 * with EINVAL. Were it accepted, acceptance would say nothing elsewhere either, and files of
 * a container would silently have the wrong owner. EINVAL may mean other things as well, so
 * it counts only once idmap_refused() has ruled them out. A clone of the /proc that is there
 * is asked about, as that needs no pid namespace of one's own.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include "answer.h"
#include "idmap.h"
#include "uapi/mount.h"

static struct verdict ask(const struct ask *a)
{
	_cleanup_idmap_ struct idmap map = { .userns = -1 };
	struct statfs fs;
	struct verdict v;

	/* All the way down: in a user namespace what is mounted on /proc may not be uncovered. */
	_cleanup_close_ int mnt = sys_open_tree(
		AT_FDCWD, "/proc", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	if (mnt < 0)
		return answer_refused(a, "open_tree", errno);
	if (fstatfs(mnt, &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC)
		return answer_error("fstatfs", 0,
			"what is mounted on /proc is not a proc file system");
	if (idmap_make(a, &map, &v) < 0)
		return v;
	if (idmap_mount(mnt, &map) == 0)
		return answer_fail(
			"MOUNT_ATTR_IDMAP succeeded on proc, which has no such support");
	v = idmap_refused(a, mnt, &map, "proc", errno);
	if (v.fault != FAULT_FILESYSTEM)
		return v;
	return answer_pass(
		"proc was refused with EINVAL, while a bad descriptor gave EBADF: it is "
		"the file system that was refused");
}

const struct probe probe_idmap_proc = {
	.about = "what cannot be id-mapped is refused, not silently left as it is",
	.how = "a detached clone of /proc is id-mapped, which must be EINVAL, while a bad "
	       "descriptor must be EBADF",
	.man = "mount_setattr(2)",
	.since = "5.12",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "runc, crun, containerd",
	.blocked_by = "seccomp; user.max_user_namespaces=0 (ENOSPC)",
	.needs = PROBE_NEEDS_MNTNS | PROBE_SHARES,
	.calls = CALLS(mount_setattr, open_tree),
	.ask = ask,
};
