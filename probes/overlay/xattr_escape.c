/*
 * Can an image that holds overlay's own marks be unpacked in an overlay? (probes.md row
 * 168.) Marks such as trusted.overlay.opaque could not be set through an overlay, so that
 * images were not built inside of containers, nor layers kept in them. They are escaped
 * now (trusted.overlay.overlay.*).
 *
 * The mark is set through the mount. It must be read back there, bear the escaped name in
 * the upper layer, and not the plain one. Older kernels refuse to set it: EOPNOTSUPP or
 * EPERM, while another attribute of the same kind is accepted.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "overlay.h"

/* Through the mount: setxattr(2) of a directory below `mnt`. 0 or a positive errno. */
static int mark(int mnt, const char *name)
{
	_cleanup_close_ int dir = openat(mnt, "dir", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return dir < 0 || fsetxattr(dir, name, "y", 1, 0) < 0 ? errno : 0;
}

static struct verdict judge(const struct ask *a, int mnt)
{
	struct overlay_path upper = overlay_upper("o", "dir");
	struct overlay_xattr plain = overlay_xattr(a, "opaque"),
			     escaped = overlay_xattr(a, "overlay.opaque");
	char other[32];

	snprintf(other, sizeof(other), "%.*s.plimsoll", (int)strcspn(plain.name, "."),
		plain.name);
	int err = mark(mnt, other);
	if (err == EOPNOTSUPP)
		return answer_denied("mount",
			"tmpfs keeps no such attributes on this kernel", "ask as root",
			"setxattr(%s) through the overlay: %s", other, strerror(err));
	if (err)
		return answer_refused(a, "fsetxattr", err);
	err = mark(mnt, plain.name);
	if (err == EPERM || err == EOPNOTSUPP)
		return answer_absent(
			"%s cannot be set through an overlay (%s), while %s can",
			plain.name, strerror(err), other);
	if (err)
		return answer_refused(a, "fsetxattr(opaque)", err);
	if (getxattr(upper.path, escaped.name, NULL, 0) != 1 ||
		getxattr(upper.path, plain.name, NULL, 0) >= 0)
		return answer_fail(
			"%s was set through an overlay, but is not escaped in the "
			"upper layer",
			plain.name);
	return answer_pass("%s, set through an overlay, is %s in the upper layer",
		plain.name, escaped.name);
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	if (overlay_prepare(&v) < 0)
		return v;
	_cleanup_close_ int mnt = overlay_mount(a, &(struct overlay) { .name = "o" }, &v);
	return mnt < 0 ? v : judge(a, mnt);
}

const struct probe probe_overlay_xattr_escape = {
	.about = "images can be built and unpacked inside of a container's overlay",
	.how = "the mark of an opaque directory is set through the mount: it must bear the "
	       "escaped name in the upper layer; another attribute is the control",
	.man = OVERLAY_MAN,
	.since = "6.7",
	.kconfig = "CONFIG_OVERLAY_FS CONFIG_TMPFS_XATTR",
	.needed_by = "buildah, kaniko, composefs",
	.blocked_by = OVERLAY_BLOCKED,
	.modules = "fs-overlay",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
