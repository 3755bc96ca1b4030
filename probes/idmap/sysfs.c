/*
 * Can a sysfs be id-mapped? (probes.md row 44: no kernel up to 6.18 does.) /sys,
 * bind-mounted into a pod with a user namespace but the host's network, keeps the host's
 * owners.
 *
 * A clone of the /sys that is there is id-mapped, as a fresh one takes a network
 * namespace of one's own; the type is looked at before the privilege, so that any asker
 * gets EINVAL. It counts only once idmap_refused() has ruled out what else it may mean.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include "idmap_fs.h"
#include "mnt.h"

static struct verdict ask(const struct ask *a)
{
	struct statfs fs;
	struct verdict v;

	/* All the way down: in a user namespace what is mounted on /sys may not be uncovered. */
	_cleanup_close_ int mnt = mnt_clone(a, AT_FDCWD, "/sys", true, &v);
	if (mnt < 0)
		return v;
	if (fstatfs(mnt, &fs) == 0 && fs.f_type == SYSFS_MAGIC)
		return idmap_ask_mount(a, mnt, "sysfs", FAULT_FILESYSTEM);
	return idmap_ask_new(a, "sysfs", FAULT_FILESYSTEM);
}

const struct probe probe_idmap_sysfs = {
	.about = "a sysfs can be id-mapped into a user namespace",
	.how = "a detached clone of /sys is id-mapped; the same call with a bad descriptor gives "
	       "EBADF, which shows that it is the file system that is refused",
	.man = "mount_setattr(2)",
	.kconfig = "CONFIG_USER_NS CONFIG_SYSFS",
	.needed_by = "KEP-127 (hostNetwork with hostUsers: false)",
	.blocked_by = "seccomp; user.max_user_namespaces=0 (ENOSPC)",
	.needs = PROBE_NEEDS_MNTNS | PROBE_SHARES,
	.calls = CALLS(mount_setattr, open_tree),
	.ask = ask,
};
