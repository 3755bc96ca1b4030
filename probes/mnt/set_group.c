/*
 * Can a mount be put into the peer group of another? (probes.md row 11.) CRIU restores trees
 * of mounts whose propagation could not be made again by bind mounts alone.
 *
 * one/ is shared and two/ a private bind mount of it. A mount made in one/ must not appear in
 * two/ before MOVE_MOUNT_SET_GROUP, which is the control, and must after. That the kernel
 * knows the flag is asked with paths that are not there: EINVAL says no, ENOENT yes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "tree.h"
#include "uapi/mount.h"

static int make_pair(void)
{
	int r = tree_mount("one", NULL);

	if (r < 0)
		return r;
	if (mkdir("two", 0755) < 0 || mkdir("one/a", 0755) < 0 ||
		mkdir("one/b", 0755) < 0 ||
		mount("one", "two", NULL, MS_BIND, NULL) < 0 ||
		mount(NULL, "one", NULL, MS_SHARED, NULL) < 0)
		return -errno;
	return 0;
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	if (tree_move_flag(a, MOVE_MOUNT_SET_GROUP, "move_mount(set_group)", &v) < 0)
		return v;
	int r = make_pair();
	if (r == 0)
		r = tree_appears("one/a", "two/a");
	if (r < 0)
		return answer_refused(a, "mount", -r);
	if (r != 0)
		return answer_error("mount(bind)", 0,
			"the control failed: a mount appeared "
			"in a private bind mount");
	if (sys_move_mount(AT_FDCWD, "one", AT_FDCWD, "two", MOVE_MOUNT_SET_GROUP) < 0)
		return answer_refused(a, "move_mount(set_group)", errno);
	r = tree_appears("one/b", "two/b");
	if (r < 0)
		return answer_refused(a, "mount", -r);
	if (r == 0)
		return answer_fail("MOVE_MOUNT_SET_GROUP succeeded, but a mount does not "
				   "propagate to the new peer");
	return answer_pass(
		"a new mount appeared in a bind mount that had joined the peer "
		"group, and not before");
}

const struct probe probe_mnt_set_group = {
	.about = "a mount can join the propagation group of another, as restoring needs",
	.how = "A mount made in a shared mount must appear in its private bind mount after "
	       "MOVE_MOUNT_SET_GROUP, and not before.",
	.man = "move_mount(2)",
	.since = "5.15",
	.needed_by = "CRIU",
	.blocked_by =
		"seccomp; Landlock (EPERM); no CAP_SYS_ADMIN over the mount namespace "
		"(EPERM)",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(move_mount),
	.ask = ask,
};
