/*
 * Can overlay keep its marks as user attributes? (probes.md row 163.) In a user namespace
 * it may not set trusted.* ones, so that without this a directory of an image that is
 * deleted and made again shows its old files again.
 *
 * In a user namespace of its own a directory of the lower layer is deleted and made again
 * through the mount. It must be empty, and marked by user.overlay.opaque in the upper
 * layer. A kernel that does not know the option gives EINVAL, while it mounts the same
 * without. The tmpfs must keep user attributes (6.6), or no more is known than that the
 * option is taken.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "overlay.h"

static struct verdict no_attributes(int err)
{
	struct verdict v = answer_denied("mount",
		"tmpfs keeps no user attributes on this kernel, so that nothing can be shown on it",
		"ask on Linux 6.6 or later, or try the engine on its real storage",
		"setxattr(user.*) on the scratch tmpfs: %s", strerror(err));

	VERDICT_TEXT(v.stage, "setxattr");
	v.err = err;
	return v;
}

static struct verdict judge(int mnt)
{
	struct stat st;
	char mark = 0;

	if (unlinkat(mnt, "dir/inner", 0) < 0 || unlinkat(mnt, "dir", AT_REMOVEDIR) < 0 ||
		mkdirat(mnt, "dir", 0755) < 0)
		return answer_fail(
			"a directory of the lower layer cannot be deleted and made "
			"again: %s",
			strerror(errno));
	if (fstatat(mnt, "dir/inner", &st, 0) == 0)
		return answer_fail(
			"a directory that was deleted and made again shows its old "
			"files");
	if (getxattr(overlay_upper("o", "dir").path, "user.overlay.opaque", &mark, 1) !=
			1 ||
		mark != 'y')
		return answer_fail(
			"userxattr was accepted, but a directory made again is not "
			"marked by user.overlay.opaque");
	return answer_pass("a directory deleted and made again is empty, marked by "
			   "user.overlay.opaque in the upper layer");
}

static struct verdict ask(const struct ask *a)
{
	static const struct mnt_option userxattr[] = { { "userxattr", NULL }, { 0 } };
	struct overlay o = { .name = "o", .options = userxattr, .plain = true };
	struct verdict v;

	if (overlay_prepare(&v) < 0)
		return v;
	if (put_file(AT_FDCWD, "lower/dir/inner", "lower") < 0)
		return answer_error("open", errno, "the scratch tmpfs cannot be written");
	_cleanup_close_ int mnt = overlay_mount(a, &o, &v);
	if (mnt < 0)
		return overlay_refused_in_userns(&v);
	if (setxattr("lower", "user.plimsoll", "y", 1, 0) < 0)
		return no_attributes(errno);
	return judge(mnt);
}

const struct probe probe_overlay_userxattr = {
	.about = "overlay keeps deletions right without root, by user attributes",
	.how = "in a user namespace of its own, a lower directory is deleted and made again: "
	       "it must be empty and marked by user.overlay.opaque; the same mount without "
	       "the option is the control",
	.man = OVERLAY_MAN,
	.since = "5.11",
	.kconfig = "CONFIG_OVERLAY_FS CONFIG_USER_NS CONFIG_TMPFS_XATTR",
	.needed_by = "rootless containerd, podman, docker",
	.blocked_by = OVERLAY_BLOCKED,
	.modules = "fs-overlay",
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
