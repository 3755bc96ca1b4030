/*
 * Does a chown of an image's file copy its data? (probes.md row 164.) With metacopy=on
 * only the attributes are copied up: what makes shifting an image's owners cheap, and
 * what composefs stands on.
 *
 * A file of the lower layer is made read-only through the mount. Its copy in the upper
 * layer must bear the metacopy mark and hold no blocks; under metacopy=off it has no
 * mark: the control.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "overlay.h"

/* Changes the mode under this value. Is the copy marked? 1, 0; -1 with *ret_refused. */
static int copy_under(const struct ask *a, const char *name, const char *value,
	struct verdict *ret_refused)
{
	struct mnt_option options[] = { { "metacopy", value }, { 0 } };
	struct overlay o = { .name = name, .options = options, .plain = true };
	struct overlay_path copy = overlay_upper(name, "file");
	struct stat st;

	_cleanup_close_ int mnt = overlay_mount(a, &o, ret_refused);
	if (mnt < 0)
		return -1;
	if (fchmodat(mnt, "file", 0444, 0) < 0 || stat(copy.path, &st) < 0) {
		*ret_refused = answer_fail(
			"under metacopy=%s a file's mode cannot be changed: %s", value,
			strerror(errno));
		return -1;
	}
	return getxattr(copy.path, "trusted.overlay.metacopy", NULL, 0) >= 0 &&
		st.st_blocks == 0;
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	if (overlay_may_ask(a, "metacopy=on", &v) < 0 || overlay_prepare(&v) < 0)
		return v;
	int on = copy_under(a, "on", "on", &v);
	int off = on < 0 ? -1 : copy_under(a, "off", "off", &v);
	if (off < 0)
		return v;
	if (off)
		return answer_fail("under metacopy=off a chmod did not copy the data");
	if (!on)
		return overlay_not_done(a, "metacopy=on");
	return answer_pass(
		"after a chmod the copy of a file holds no data under metacopy=on "
		"(trusted.overlay.metacopy), and does under metacopy=off");
}

const struct probe probe_overlay_metacopy = {
	.about = "a chown or chmod of an image's file copies no data (metacopy)",
	.how = "a file's mode is changed under metacopy=on and metacopy=off: only under the "
	       "first must the copy in the upper layer be marked and without data",
	.man = OVERLAY_MAN,
	.since = "4.19",
	.kconfig = "CONFIG_OVERLAY_FS",
	.needed_by = "podman, composefs, containers/storage",
	.blocked_by = OVERLAY_BLOCKED,
	.modules = "fs-overlay",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
