/*
 * Can an overlay leave out syncing? (probes.md row 164.) Builds and short-lived
 * containers are faster without; an upper layer that was not unmounted cleanly may then
 * not be mounted again.
 *
 * The mark that stands for that, work/incompat/volatile, must be in the work directory
 * under `volatile` and not without it. A kernel that does not know the option gives
 * EINVAL.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "overlay.h"

static bool is_marked(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "%s.work/work/incompat/volatile", name);
	return access(path, F_OK) == 0;
}

static struct verdict ask(const struct ask *a)
{
	static const struct mnt_option options[] = { { "volatile", NULL }, { 0 } };
	struct verdict v;

	if (overlay_prepare(&v) < 0)
		return v;
	_cleanup_close_ int mnt = overlay_mount(
		a, &(struct overlay) { .name = "v", .options = options }, &v);
	if (mnt < 0)
		return v;
	_cleanup_close_ int plain =
		overlay_mount(a, &(struct overlay) { .name = "o" }, &v);
	if (plain < 0)
		return v;
	if (is_marked("o"))
		return answer_fail("an overlay without the option is marked volatile");
	if (!is_marked("v"))
		return overlay_not_done(a, "volatile");
	return answer_pass(
		"the mark work/incompat/volatile was made under volatile, and not "
		"without");
}

const struct probe probe_overlay_volatile = {
	.about =
		"an overlay can leave out syncing, for builds and short-lived containers (volatile)",
	.how = "a layer is mounted with volatile and one without: only the first must be "
	       "marked by work/incompat/volatile",
	.man = OVERLAY_MAN,
	.since = "5.10",
	.kconfig = "CONFIG_OVERLAY_FS",
	.needed_by = "containerd, podman, buildkit, CRI-O",
	.blocked_by = OVERLAY_BLOCKED,
	.modules = "fs-overlay",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
