/*
 * Can a detached mount be attached? (probes.md row 10.) All else of the new mount calls may
 * work and still nothing can be mounted: Landlock (EPERM), AppArmor and SELinux (EACCES) look
 * at this step.
 *
 * A file that was made through the detached mount must appear where it is attached, and not
 * before; then the mount is moved, and the file must be at the new place and no more at the
 * old.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "mnt.h"
#include "tree.h"
#include "uapi/mount.h"

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	if (mkdir("one", 0755) < 0 || mkdir("two", 0755) < 0)
		return answer_error(
			"mkdir", errno, "the scratch tmpfs cannot be written");
	_cleanup_close_ int mnt = mnt_make(a, "tmpfs", NULL, &v);
	if (mnt < 0)
		return v;
	if (tree_touch(mnt, "file") < 0)
		return answer_error("open", errno, "a fresh tmpfs cannot be written");
	if (tree_has(AT_FDCWD, "one/file"))
		return answer_error(
			"open", 0, "the control failed: a detached mount is seen");
	if (sys_move_mount(mnt, "", AT_FDCWD, "one", MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return answer_refused(a, "move_mount", errno);
	if (!tree_has(AT_FDCWD, "one/file"))
		return answer_fail(
			"move_mount attached a mount, but it is not seen there");
	if (sys_move_mount(AT_FDCWD, "one", AT_FDCWD, "two", 0) < 0)
		return answer_refused(a, "move_mount(attached)", errno);
	if (tree_has(AT_FDCWD, "one/file") || !tree_has(AT_FDCWD, "two/file"))
		return answer_fail(
			"move_mount moved a mount, but it is not seen at its new "
			"place alone");
	return answer_pass(
		"a detached tmpfs was seen once it was attached, and only at its "
		"new place when it was moved");
}

const struct probe probe_mnt_move_mount = {
	.about = "move_mount(2) attaches a mount that was set up detached, and moves it",
	.how = "A file in a detached tmpfs must appear where that is attached, and then only "
	       "where it is moved to.",
	.man = "move_mount(2)",
	.since = "5.2",
	.needed_by = "runc, crun, systemd, util-linux",
	.blocked_by = "Landlock (EPERM); AppArmor, SELinux (EACCES); seccomp; no "
		      "CAP_SYS_ADMIN over the mount namespace (EPERM)",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(move_mount),
	.ask = ask,
};
