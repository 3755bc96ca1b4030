/*
 * Can a tree of mounts be copied without being attached anywhere? (probes.md row 2.) It is a
 * bind mount in two steps, between which its attributes are set: what id-mapped volumes and
 * rootless bind mounts are made of.
 *
 * A recursive clone must show the file in the submount; one that is not recursive, the
 * control, shows the empty directory that the submount covers. Then the source is unmounted:
 * a clone is a mount of its own, so the file is still seen through it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "mnt.h"
#include "tree.h"
#include "uapi/mount.h"

static struct verdict ask(const struct ask *a)
{
	static const char *const dirs[] = { "top", "top/sub", NULL };
	struct verdict v;

	if (tree_make(a, dirs, &v) < 0)
		return v;
	if (tree_touch(AT_FDCWD, "top/file") < 0 ||
		tree_touch(AT_FDCWD, "top/sub/file") < 0)
		return answer_error("open", errno, "a fresh tmpfs cannot be written");
	_cleanup_close_ int all = mnt_clone(a, AT_FDCWD, "top", true, &v);
	if (all < 0)
		return v;
	_cleanup_close_ int one = mnt_clone(a, AT_FDCWD, "top", false, &v);
	if (one < 0)
		return v;
	if (!tree_has(all, "file") || !tree_has(one, "file") ||
		!tree_has(all, "sub/file") || tree_has(one, "sub/file"))
		return answer_fail(
			"a recursive clone must show what is mounted below, and another "
			"must not");
	if (umount2("top/sub", 0) < 0 || umount2("top", 0) < 0)
		return answer_refused(a, "umount2", errno);
	if (!tree_has(all, "sub/file") || tree_has(AT_FDCWD, "top/file"))
		return answer_fail("a clone is gone once its source is unmounted");
	return answer_pass(
		"a recursive clone showed the file in the submount, also once the source "
		"was unmounted; a clone of the top alone did not");
}

const struct probe probe_mnt_open_tree_clone = {
	.about =
		"open_tree(2) copies a tree of mounts that can be set up before it is seen",
	.how = "A tmpfs with another below is cloned with AT_RECURSIVE and without, then "
	       "unmounted. Only the first clone may show the lower one's file, and it must "
	       "keep it.",
	.man = "open_tree(2)",
	.since = "5.2",
	.needed_by = "runc, crun, KEP-127, KEP-3857",
	.blocked_by =
		"seccomp; no CAP_SYS_ADMIN over the mount namespace (EPERM); in a "
		"child user namespace a clone that would uncover a locked mount (EINVAL)",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(open_tree),
	.ask = ask,
};
