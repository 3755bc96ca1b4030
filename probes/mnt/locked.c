/*
 * Does a mount that hides something stay where a user namespace inherits it? (probes.md row
 * 25.) Masked paths of a container are mounts over what may not be seen; root of a user
 * namespace inside must not take them away.
 *
 * A tmpfs hides a file. A child in a new user and mount namespace tries to unmount it and to
 * look below by a bind mount of what is around it alone: both must be EINVAL. The control is
 * that it can unmount a mount of its own and bind the tree as a whole, and that out here,
 * where the mount is not locked, it can be unmounted and the file is there.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "tree.h"
#include "uapi/mount.h"

static struct verdict ask_inside(const struct ask *a)
{
	static const char *const own[] = { "own", NULL };
	struct verdict v;

	if (tree_make(a, own, &v) < 0)
		return v;
	if (umount2("own", 0) < 0)
		return answer_refused(a, "umount2", errno);
	int err = umount2("around/cover", MNT_DETACH) < 0 ? errno : 0;
	if (!err || tree_has(AT_FDCWD, "around/cover/hidden"))
		return answer_fail(
			"a child user namespace could unmount a mount that it had "
			"inherited");
	if (err != EINVAL)
		return answer_refused(a, "umount2(inherited)", err);
	if (mount("around", "view", NULL, MS_BIND | MS_REC, NULL) < 0 ||
		umount2("view", MNT_DETACH) < 0)
		return answer_refused(a, "mount(rbind)", errno);
	err = mount("around", "view", NULL, MS_BIND, NULL) < 0 ? errno : 0;
	if (!err || tree_has(AT_FDCWD, "view/cover/hidden"))
		return answer_fail(
			"a child user namespace could bind what is below a mount "
			"that it had inherited");
	if (err != EINVAL)
		return answer_refused(a, "mount(bind)", err);
	return answer_pass("locked");
}

static struct verdict ask(const struct ask *a)
{
	static const char *const around[] = { "around", NULL };
	struct verdict v;

	if (tree_make(a, around, &v) < 0)
		return v;
	if (mkdir("view", 0755) < 0 || mkdir("around/cover", 0755) < 0 ||
		tree_touch(AT_FDCWD, "around/cover/hidden") < 0)
		return answer_error(
			"mkdir", errno, "the scratch tmpfs cannot be written");
	if (mount("plimsoll", "around/cover", "tmpfs", 0, NULL) < 0)
		return answer_refused(a, "mount", errno);
	v = tree_inherited(a, ask_inside);
	if (v.outcome != OUTCOME_PASS)
		return v;
	if (umount2("around/cover", 0) < 0)
		return answer_refused(a, "umount2", errno);
	if (!tree_has(AT_FDCWD, "around/cover/hidden"))
		return answer_error(
			"umount2", 0, "the control failed: nothing was hidden");
	return answer_pass(
		"a child user namespace could neither unmount an inherited mount "
		"nor bind what it hides; a mount of its own, and out here that one, "
		"could be unmounted");
}

const struct probe probe_mnt_locked = {
	.about =
		"a container with a user namespace cannot take away mounts that hide things",
	.how = "A child in a new user namespace tries to unmount an inherited tmpfs and to "
	       "bind what is below: both must be EINVAL. A mount of its own is the control.",
	.man = "mount_namespaces(7)",
	.since = "3.8",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "maskedPaths of the OCI runtime spec, KEP-127",
	.blocked_by = "seccomp; user.max_user_namespaces=0 (ENOSPC)",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(umount2, mount, unshare),
	.ask = ask,
};
