/*
 * Can a rootless runtime make a tree of mounts read-only all the way down? (probes.md row 15.)
 *
 * As mnt/rro, but in a user namespace of one's own, whoever asks: a recursive bind mount of a
 * tmpfs with another below is made read-only the old way, which leaves the submount writable:
 * the control. mount_setattr(AT_RECURSIVE) must then turn the same write into EROFS.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "mnt.h"
#include "tree.h"
#include "uapi/mount.h"

static struct verdict ask(const struct ask *a)
{
	static const char *const dirs[] = { "tree", "tree/sub", NULL };
	struct mount_attr rdonly = { .attr_set = MOUNT_ATTR_RDONLY };
	struct verdict v;

	if (!a->own_userns)
		return answer_error(
			"unshare(user)", 0, "not in a user namespace of its own");
	if (tree_make(a, dirs, &v) < 0)
		return v;
	if (mkdir("view", 0755) < 0 ||
		mount("tree", "view", NULL, MS_BIND | MS_REC, NULL) < 0 ||
		mount(NULL, "view", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) < 0)
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
		return answer_fail("AT_RECURSIVE with MOUNT_ATTR_RDONLY succeeded, but a "
				   "submount could still be written");
	if (mnt_try_write(AT_FDCWD, "tree/sub") != 0)
		return answer_fail("the source of the bind mount became read-only too");
	return answer_pass(
		"in a user namespace, a write in the submount gave EROFS; under a "
		"plain read-only bind it had succeeded");
}

const struct probe probe_mnt_rro_userns = {
	.about = "rootless: a bind mount can be made read-only with everything below it",
	.how = "As mnt/rro in a user namespace of its own: a write in a submount must give "
	       "EROFS, and succeed under a plain read-only bind mount.",
	.man = "mount_setattr(2)",
	.since = "5.12",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "rootless podman, rootless docker, KEP-3857",
	.blocked_by = "seccomp; user.max_user_namespaces=0 (ENOSPC); "
		      "kernel.apparmor_restrict_unprivileged_userns",
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(mount_setattr),
	.ask = ask,
};
