/*
 * Is there an fsopen(2), the first step of every mount by the new calls? (probes.md row 4.)
 *
 * It must give a context for tmpfs that is closed on exec and takes an option, and ENODEV for
 * a type that no kernel has. That type is "tmpfs.none": behind the dot is a subtype, which
 * tmpfs has not; for any other name the kernel would call modprobe. ENOSYS is a kernel before
 * 5.2.
 */
#include <errno.h>
#include <fcntl.h>

#include "answer.h"
#include "uapi/mount.h"

static struct verdict ask(const struct ask *a)
{
	_cleanup_close_ int fs = sys_fsopen("tmpfs", FSOPEN_CLOEXEC);
	if (fs < 0)
		return answer_refused(a, "fsopen(tmpfs)", errno);
	if (!(fcntl(fs, F_GETFD) & FD_CLOEXEC))
		return answer_fail("FSOPEN_CLOEXEC was taken, but the descriptor is not "
				   "closed on exec");
	if (sys_fsconfig(fs, PLIMSOLL_FSCONFIG_SET_STRING, "size", "1m", 0) < 0)
		return answer_refused(a, "fsconfig(size)", errno);
	_cleanup_close_ int none = sys_fsopen("tmpfs.none", FSOPEN_CLOEXEC);
	if (none >= 0 || errno != ENODEV)
		return answer_fail("fsopen knows a file system type that does not exist");
	return answer_pass("it gave a context for tmpfs that took an option, and ENODEV "
			   "for a type that does not exist");
}

const struct probe probe_mnt_fsopen = {
	.about =
		"fsopen(2) prepares a mount without mounting, and tells which types exist",
	.how = "A context for tmpfs must take an option; a type that does not exist must be "
	       "ENODEV. Nothing is created.",
	.man = "fsopen(2)",
	.since = "5.2",
	.needed_by = "runc, crun, systemd, util-linux",
	.blocked_by = "seccomp; no CAP_SYS_ADMIN over the mount namespace (EPERM)",
	.needs = PROBE_NEEDS_MNTNS | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig),
	.ask = ask,
};
