/*
 * Can a directory of an image be renamed? (probes.md row 164.) rename(2) of a directory
 * of the lower layer is EXDEV by default, which breaks package managers; redirect_dir=on
 * makes it work.
 *
 * The same rename is tried with redirect_dir=on and with redirect_dir=off: it must
 * succeed under the first and be EXDEV under the second.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "overlay.h"

/* Mounts with this value and renames: 0 or a positive errno; -1 with *ret_refused. */
static int rename_under(const struct ask *a, const char *name, const char *value,
	struct verdict *ret_refused)
{
	struct mnt_option options[] = { { "redirect_dir", value }, { 0 } };
	struct overlay o = { .name = name, .options = options, .plain = true };

	_cleanup_close_ int mnt = overlay_mount(a, &o, ret_refused);
	if (mnt < 0)
		return -1;
	return renameat(mnt, "dir", mnt, "moved") < 0 ? errno : 0;
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	if (overlay_may_ask(a, "redirect_dir=on", &v) < 0 || overlay_prepare(&v) < 0)
		return v;
	int on = rename_under(a, "on", "on", &v);
	int off = on < 0 ? -1 : rename_under(a, "off", "off", &v);
	if (off < 0)
		return v;
	if (off != EXDEV)
		return answer_fail(
			"with redirect_dir=off renaming a lower directory gave %s, where "
			"EXDEV is due",
			off ? strerror(off) : "success");
	if (on == EXDEV)
		return overlay_not_done(a, "redirect_dir=on");
	if (on)
		return answer_fail(
			"with redirect_dir=on renaming a lower directory failed: %s",
			strerror(on));
	return answer_pass(
		"a lower directory was renamed under redirect_dir=on, and gave EXDEV "
		"under redirect_dir=off");
}

const struct probe probe_overlay_redirect_dir = {
	.about = "overlay can rename directories of an image (redirect_dir)",
	.how = "a lower directory is renamed under redirect_dir=on, where it must work, and "
	       "under redirect_dir=off, where it must be EXDEV",
	.man = OVERLAY_MAN,
	.since = "4.10",
	.kconfig = "CONFIG_OVERLAY_FS",
	.needed_by = "docker, podman (native diff), containerd",
	.blocked_by = OVERLAY_BLOCKED,
	.modules = "fs-overlay",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
