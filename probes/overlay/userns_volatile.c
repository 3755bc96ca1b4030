/*
 * May an overlay in a user namespace leave out syncing? (probes.md row 165.) Unlike
 * metacopy and redirect_dir it is allowed to rootless engines.
 *
 * As overlay/volatile, in a user namespace of its own, whoever asks.
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
		return overlay_refused_in_userns(&v);
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
		"without, in a user namespace");
}

const struct probe probe_overlay_userns_volatile = {
	.about = "an overlay in a user namespace can leave out syncing (volatile)",
	.how = "in a user namespace of its own, a layer is mounted with volatile and one "
	       "without: only the first must be marked by work/incompat/volatile",
	.man = OVERLAY_MAN,
	.kconfig = "CONFIG_OVERLAY_FS CONFIG_USER_NS",
	.needed_by = "rootless buildkit, podman",
	.blocked_by = OVERLAY_BLOCKED,
	.modules = "fs-overlay",
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
