/*
 * Can an overlay leave out syncing? (probes.md row 164.) Builds and short-lived
 * containers are faster without; an upper layer that was not unmounted cleanly may then
 * not be mounted again.
 *
 * The mark that stands for that, work/incompat/volatile, must be in the work directory
 * under `volatile` and not without it. A kernel that does not know the option gives
 * EINVAL.
 */
#include "overlay.h"

static struct verdict ask(const struct ask *a)
{
	return overlay_ask_volatile(a, false);
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
