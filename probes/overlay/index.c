/*
 * Do hard links of an image stay one file? (probes.md row 164.) By default writing to one
 * of two names parts them; index=on keeps them together.
 *
 * Two names of a file in the lower layer: one is written through the mount, and the other
 * must read the same under index=on, and the old text under index=off: the control.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "overlay.h"

/* Writes one name, reads the other: 1 if they are one file still, 0 if not, -1. */
static int linked_under(const struct ask *a, const char *name, const char *value,
	struct verdict *ret_refused)
{
	struct mnt_option options[] = { { "index", value }, { 0 } };

	_cleanup_close_ int mnt = overlay_mount(
		a, &(struct overlay) { .name = name, .options = options }, ret_refused);
	if (mnt < 0)
		return -1;
	int r = put_file(mnt, "file", "changed");
	if (r == 0)
		return file_holds(mnt, "link", "changed");
	*ret_refused =
		answer_fail("under index=%s a file with two names cannot be written: %s",
			value, strerror(-r));
	return -1;
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	if (overlay_may_ask(a, "index=on", &v) < 0 || overlay_prepare(&v) < 0)
		return v;
	if (link("lower/file", "lower/link") < 0)
		return answer_error("link", errno, "the scratch tmpfs cannot be written");
	int on = linked_under(a, "on", "on", &v);
	int off = on < 0 ? -1 : linked_under(a, "off", "off", &v);
	if (off < 0)
		return v;
	if (off)
		return answer_fail(
			"under index=off two names stay one file when it is copied up");
	if (!on)
		return overlay_not_done(a, "index=on");
	return answer_pass(
		"a write to one of two names of a file is seen by the other under "
		"index=on, and not under index=off");
}

const struct probe probe_overlay_index = {
	.about = "hard links of an image stay one file when it is written (index)",
	.how = "one of two names of a lower file is written: the other must see it under "
	       "index=on and not under index=off",
	.man = OVERLAY_MAN,
	.since = "4.13",
	.kconfig = "CONFIG_OVERLAY_FS",
	.needed_by = "docker, containerd (index=off), NFS export",
	.blocked_by = OVERLAY_BLOCKED,
	.modules = "fs-overlay",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
