/*
 * Can FUSE file systems be mounted? (probes.md rows 169, 175.)
 *
 * The asker is the daemon: it opens /dev/fuse, mounts a file system on it, detached, and
 * must be sent the kernel's first request. The control is the same mount without a daemon,
 * which must be EINVAL. ENODEV from fsopen(2): built without.
 */
#include <errno.h>

#include "fuse.h"
#include "mnt.h"
#include "uapi/mount.h"

static struct verdict ask(const struct ask *a)
{
	_cleanup_fuse_ struct fuse f = { .dev = -1, .mnt = -1 };
	struct verdict v;

	_cleanup_close_ int alone = mnt_configure(a, "fuse", NULL, &v);
	if (alone < 0)
		return v;
	int r = sys_fsconfig(alone, PLIMSOLL_FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	int err = errno;
	if (fuse_mount(a, &f, &v) < 0)
		return v;
	if (r == 0 || err != EINVAL)
		return answer_fail(
			"a FUSE file system without a daemon could be mounted");
	return answer_pass(
		"a file system was mounted whose daemon got the kernel's first request "
		"(FUSE %u.%u); without a daemon it was EINVAL",
		f.init.major, f.init.minor);
}

const struct probe probe_fs_fuse = {
	.about = "file systems in user space can be mounted (FUSE)",
	.how = "A FUSE file system is mounted, detached, and the kernel's first request read from "
	       "/dev/fuse; without a daemon the mount must be EINVAL.",
	.man = "fuse(4)",
	.since = "2.6.14",
	.kconfig = "CONFIG_FUSE_FS",
	.needed_by = "fuse-overlayfs, sshfs, CSI drivers, virtiofs",
	.blocked_by = "mode of /dev/fuse; device cgroup; CAP_SYS_ADMIN; seccomp",
	.modules = "fs-fuse",
	.needs = PROBE_NEEDS_MNTNS | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount, openat),
	.ask = ask,
};
