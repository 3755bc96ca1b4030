/*
 * Can a mount namespace be made of a new file system in one step? (probes.md row 8.) With
 * FSMOUNT_NAMESPACE fsmount(2) returns a mount namespace whose root is the new mount: an
 * empty sandbox, without copying the mounts of the host.
 *
 * A child enters the namespace and must find that tmpfs, told by its mode, at "/", and no
 * /proc. EINVAL is an older kernel only because fsmount without the flag works.
 */
#include <errno.h>

#include "mnt.h"
#include "tree.h"
#include "uapi/mount.h"

static struct verdict ask(const struct ask *a)
{
	static const struct mnt_option mode[] = { { "mode", "1751" }, { 0 } };
	struct verdict v;

	_cleanup_close_ int plain = mnt_make(a, "tmpfs", mode, &v);
	if (plain < 0)
		return v;
	_cleanup_close_ int fs = mnt_configure(a, "tmpfs", mode, &v);
	if (fs < 0)
		return v;
	if (sys_fsconfig(fs, PLIMSOLL_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return answer_refused(a, "fsconfig(create)", errno);
	_cleanup_close_ int ns = sys_fsmount(fs, FSMOUNT_CLOEXEC | FSMOUNT_NAMESPACE, 0);
	if (ns < 0)
		return answer_refused(a, "fsmount(namespace)", errno);
	v = tree_entered(a, ns, NULL);
	if (v.outcome != OUTCOME_PASS)
		return v;
	return answer_pass(
		"a child that entered the namespace found the new tmpfs as its "
		"root, and nothing else");
}

const struct probe probe_mnt_fsmount_namespace = {
	.about =
		"a mount namespace can be made of a new file system, empty of the host's",
	.how = "A child enters the namespace that fsmount(2) made of a tmpfs and looks at its "
	       "root. The control is the same call without FSMOUNT_NAMESPACE.",
	.man = "fsmount(2)",
	.since = "7.1",
	.blocked_by = "seccomp; no CAP_SYS_ADMIN over the mount namespace (EPERM); "
		      "user.max_mnt_namespaces (ENOSPC)",
	.needs = PROBE_NEEDS_MNTNS | PROBE_SHARES,
	.calls = CALLS(fsmount, setns),
	.ask = ask,
};
