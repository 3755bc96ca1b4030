/*
 * Can a mount be put beneath another, to be uncovered later? (probes.md row 12.) It is how a
 * file system is exchanged under a running service without a moment in which there is none.
 *
 * A tmpfs is attached with MOVE_MOUNT_BENEATH to where one is mounted: the one on top must
 * still be seen, and the lower one once the top is unmounted. The control is the same without
 * the flag, after which the new one is seen at once. That the kernel knows the flag is asked
 * with paths that are not there: EINVAL says no, ENOENT yes.
 */
#include <errno.h>
#include <fcntl.h>

#include "mnt.h"
#include "tree.h"
#include "uapi/mount.h"

/* Attaches a new tmpfs with this file in it to "at". 0, or -1 with *ret_refused. */
static int attach(const struct ask *a, const char *file, unsigned flags,
	const char *stage, struct verdict *ret_refused)
{
	_cleanup_close_ int mnt = mnt_make(a, "tmpfs", NULL, ret_refused);

	if (mnt < 0)
		return -1;
	int r = tree_touch(mnt, file);
	if (r < 0) {
		*ret_refused =
			answer_error("open", -r, "a fresh tmpfs cannot be written");
		return -1;
	}
	if (sys_move_mount(mnt, "", AT_FDCWD, "at", flags | MOVE_MOUNT_F_EMPTY_PATH) == 0)
		return 0;
	*ret_refused = answer_refused(a, stage, errno);
	return -1;
}

static struct verdict ask(const struct ask *a)
{
	static const char *const dirs[] = { "at", NULL };
	struct verdict v;

	if (tree_move_flag(a, MOVE_MOUNT_BENEATH, "move_mount(beneath)", &v) < 0 ||
		tree_make(a, dirs, &v) < 0 || attach(a, "top", 0, "move_mount", &v) < 0)
		return v;
	if (!tree_has(AT_FDCWD, "at/top"))
		return answer_fail("a mount that was attached on top is not seen");
	if (attach(a, "below", MOVE_MOUNT_BENEATH, "move_mount(beneath)", &v) < 0)
		return v;
	if (!tree_has(AT_FDCWD, "at/top") || tree_has(AT_FDCWD, "at/below"))
		return answer_fail(
			"MOVE_MOUNT_BENEATH put the mount on top, not beneath");
	if (umount2("at", 0) < 0)
		return answer_refused(a, "umount2", errno);
	if (!tree_has(AT_FDCWD, "at/below"))
		return answer_fail("MOVE_MOUNT_BENEATH succeeded, but once the top was "
				   "unmounted the new mount was not seen");
	return answer_pass(
		"the mount beneath was seen when the top was unmounted and not "
		"before; one attached without the flag was seen at once");
}

const struct probe probe_mnt_beneath = {
	.about = "a mount can be exchanged without a moment in which nothing is mounted",
	.how = "A tmpfs is attached with MOVE_MOUNT_BENEATH and the one above it unmounted: "
	       "only then may it be seen, unlike one attached without the flag.",
	.man = "move_mount(2)",
	.since = "6.5",
	.needed_by = "systemd, util-linux",
	.blocked_by =
		"seccomp; Landlock (EPERM); no CAP_SYS_ADMIN over the mount namespace "
		"(EPERM)",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(move_mount),
	.ask = ask,
};
