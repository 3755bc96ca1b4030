/*
 * Are file numbers unique across an overlay's layers? (probes.md row 164.) By default a
 * file of a layer on another file system has another st_dev than its directory, which
 * confuses du(1), find -xdev and backup programs; xino=on gives all of them one.
 *
 * The lower layer is on a tmpfs of its own. A file of it must have the mount's own st_dev
 * under xino=on and another under xino=off: the control.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "overlay.h"

/* Has a lower file the device number of the mount itself? 1, 0; -1 with *ret_refused. */
static int same_under(const struct ask *a, const char *name, const char *value,
	struct verdict *ret_refused)
{
	struct mnt_option options[] = { { "xino", value }, { 0 } };
	struct stat top, file;

	_cleanup_close_ int mnt = overlay_mount(a,
		&(struct overlay) { .name = name, .lower = "other", .options = options },
		ret_refused);
	if (mnt < 0)
		return -1;
	if (fstat(mnt, &top) == 0 && fstatat(mnt, "file", &file, 0) == 0)
		return top.st_dev == file.st_dev;
	*ret_refused =
		answer_fail("a file of the lower layer is not seen under xino=%s", value);
	return -1;
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	if (overlay_prepare(&v) < 0)
		return v;
	if (mkdir("other", 0755) < 0)
		return answer_error(
			"mkdir", errno, "the scratch tmpfs cannot be written");
	if (mount("o", "other", "tmpfs", 0, NULL) < 0)
		return answer_refused(a, "mount(tmpfs)", errno);
	if (put_file(AT_FDCWD, "other/file", "lower") < 0)
		return answer_error("open", errno, "a new tmpfs cannot be written");
	int on = same_under(a, "on", "on", &v);
	int off = on < 0 ? -1 : same_under(a, "off", "off", &v);
	if (off < 0)
		return v;
	if (off)
		return answer_fail(
			"under xino=off a file of another file system has the mount's "
			"st_dev");
	if (!on)
		return overlay_not_done(a, "xino=on");
	return answer_pass(
		"a file of another file system has the mount's st_dev under xino=on, "
		"and another under xino=off");
}

const struct probe probe_overlay_xino = {
	.about = "files of an overlay have unique numbers on one device (xino)",
	.how = "the lower layer is on another file system: a file of it must have the "
	       "mount's st_dev under xino=on and another under xino=off",
	.man = OVERLAY_MAN,
	.since = "4.17",
	.kconfig = "CONFIG_OVERLAY_FS",
	.needed_by = "backup programs, du, find -xdev in containers",
	.blocked_by = OVERLAY_BLOCKED,
	.modules = "fs-overlay",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
