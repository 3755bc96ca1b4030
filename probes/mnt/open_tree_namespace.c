/*
 * Can a mount namespace be made of a directory in one step? (probes.md row 3.) With
 * OPEN_TREE_NAMESPACE open_tree(2) returns a mount namespace in which the clone is the root,
 * where a runtime otherwise copies every mount of the host to throw them away.
 *
 * It must hold: a child enters the namespace and finds the tree at "/", and no /proc. EINVAL
 * is an older kernel only because the same call with OPEN_TREE_CLONE works.
 */
#include <errno.h>
#include <fcntl.h>

#include "mnt.h"
#include "tree.h"
#include "uapi/mount.h"

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	int r = tree_mount("root", TREE_MODE_OPT);
	if (r < 0)
		return answer_refused(a, "mount", -r);
	if (tree_touch(AT_FDCWD, "root/file") < 0)
		return answer_error("open", errno, "a fresh tmpfs cannot be written");
	_cleanup_close_ int clone = mnt_clone(a, AT_FDCWD, "root", false, &v);
	if (clone < 0)
		return v;
	_cleanup_close_ int ns =
		sys_open_tree(AT_FDCWD, "root", OPEN_TREE_NAMESPACE | OPEN_TREE_CLOEXEC);
	if (ns < 0)
		return answer_refused(a, "open_tree(namespace)", errno);
	v = tree_entered(a, ns, "/file");
	if (v.outcome != OUTCOME_PASS)
		return v;
	return answer_pass(
		"a child that entered the namespace found the tmpfs that it was "
		"made of as its root, and nothing else");
}

const struct probe probe_mnt_open_tree_namespace = {
	.about =
		"a mount namespace can be made of one directory without copying the host's",
	.how = "A child enters the namespace that open_tree(2) made of a tmpfs and looks at "
	       "its root. The control is the same call with OPEN_TREE_CLONE.",
	.man = "open_tree(2)",
	.since = "7.0",
	.needed_by = "crun",
	.blocked_by = "seccomp; no CAP_SYS_ADMIN over the mount namespace (EPERM); "
		      "user.max_mnt_namespaces (ENOSPC)",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(open_tree, setns),
	.ask = ask,
};
