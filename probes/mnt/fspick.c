/*
 * Can a mounted file system be reconfigured by the new calls? (probes.md row 9.) fspick(2)
 * opens it for fsconfig(2), which takes one option at a time, where a remount by mount(2)
 * resets all that are not repeated.
 *
 * A tmpfs of our own is made read-only as a whole: writing to it must give EROFS, also through
 * its second mount, while the scratch tmpfs around it can be written, as both could before.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "mnt.h"
#include "tree.h"
#include "uapi/mount.h"

static struct verdict reconfigure(const struct ask *a, const char *dir)
{
	_cleanup_close_ int fs = sys_fspick(AT_FDCWD, dir, FSPICK_CLOEXEC);

	if (fs < 0)
		return answer_refused(a, "fspick", errno);
	if (sys_fsconfig(fs, PLIMSOLL_FSCONFIG_SET_FLAG, "ro", NULL, 0) < 0)
		return answer_refused(a, "fsconfig(ro)", errno);
	if (sys_fsconfig(fs, PLIMSOLL_FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) < 0)
		return answer_refused(a, "fsconfig(reconfigure)", errno);
	return answer_pass("reconfigured");
}

static struct verdict ask(const struct ask *a)
{
	int r = tree_mount("fs", NULL);
	if (r == 0 &&
		(mkdir("second", 0755) < 0 ||
			mount("fs", "second", NULL, MS_BIND, NULL) < 0))
		r = -errno;
	if (r < 0)
		return answer_refused(a, "mount", -r);
	if (mnt_try_write(AT_FDCWD, "fs") || mnt_try_write(AT_FDCWD, "second"))
		return answer_error("open", 0, "a fresh tmpfs cannot be written");
	struct verdict v = reconfigure(a, "fs");
	if (v.outcome != OUTCOME_PASS)
		return v;
	if (mnt_try_write(AT_FDCWD, "fs") != EROFS ||
		mnt_try_write(AT_FDCWD, "second") != EROFS)
		return answer_fail(
			"a tmpfs was reconfigured as read-only, but it could be "
			"written");
	if (mnt_try_write(AT_FDCWD, "."))
		return answer_fail("another file system became read-only with it");
	return answer_pass(
		"a tmpfs could be written, and gave EROFS on both its mounts once "
		"it was made read-only; the one around it did not");
}

const struct probe probe_mnt_fspick = {
	.about = "fspick(2) changes the options of a mounted file system one at a time",
	.how = "A tmpfs with two mounts is made read-only as a whole: both must give EROFS, "
	       "and the tmpfs around it, the control, must not.",
	.man = "fspick(2)",
	.since = "5.2",
	.needed_by = "util-linux",
	.blocked_by =
		"seccomp; no CAP_SYS_ADMIN over the mount namespace or over the file "
		"system (EPERM)",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(fspick, fsconfig),
	.ask = ask,
};
