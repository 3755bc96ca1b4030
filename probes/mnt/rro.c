/*
 * Can a tree of mounts be made read-only all the way down? (probes.md row 14, KEP-3857.)
 *
 * A bind mount made read-only the old way stays writable in its submounts: that is the
 * control. Then mount_setattr(AT_RECURSIVE) on the same tree must turn the same write in the
 * submount into EROFS, while the tree it was cloned from stays writable.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "mnt.h"
#include "uapi/mount.h"

/* tree/ and tree/sub are two tmpfs, view/ a recursive bind of them. */
static int make_tree(void)
{
	if (mkdir("tree", 0755) < 0 || mkdir("view", 0755) < 0 ||
		mount("t", "tree", "tmpfs", 0, NULL) < 0 || mkdir("tree/sub", 0755) < 0 ||
		mount("s", "tree/sub", "tmpfs", 0, NULL) < 0 ||
		mount("tree", "view", NULL, MS_BIND | MS_REC, NULL) < 0)
		return -errno;
	return 0;
}

static struct verdict ask(const struct ask *a)
{
	struct mount_attr rdonly = { .attr_set = MOUNT_ATTR_RDONLY };

	int r = make_tree();
	if (r < 0)
		return answer_refused(a, "mount", -r);
	if (mount(NULL, "view", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_REC, NULL) <
		0)
		return answer_refused(a, "mount(ro)", errno);
	if (mnt_try_write(AT_FDCWD, "view") != EROFS ||
		mnt_try_write(AT_FDCWD, "view/sub") != 0)
		return answer_error("mount(ro)", 0,
			"the control failed: a plain read-only bind must "
			"cover its top and nothing below");

	if (sys_mount_setattr(AT_FDCWD, "view", AT_RECURSIVE, &rdonly, sizeof(rdonly)) <
		0)
		return answer_refused(a, "mount_setattr", errno);
	if (mnt_try_write(AT_FDCWD, "view/sub") != EROFS)
		return answer_fail(
			"AT_RECURSIVE with MOUNT_ATTR_RDONLY succeeded, but a submount "
			"could still be written");
	if (mnt_try_write(AT_FDCWD, "tree/sub") != 0)
		return answer_fail("the source of the bind mount became read-only too");
	return answer_pass(
		"a write in the submount gave EROFS; under a plain read-only bind it had "
		"succeeded, and in the source it still does");
}

const struct probe probe_mnt_rro = {
	.about = "a bind mount can be made read-only with everything mounted below it",
	.how = "A tree of two tmpfs is made read-only with AT_RECURSIVE: a write in "
	       "the lower must give EROFS. Under a plain read-only bind mount, the "
	       "control, it must succeed.",
	.man = "mount_setattr(2)",
	.since = "5.12",
	.needed_by = "KEP-3857, docker bind-recursive=readonly, podman rro, containerd, "
		     "CRI-O",
	.blocked_by = "seccomp (EPERM or ENOSYS)",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(mount_setattr),
	.ask = ask,
};
