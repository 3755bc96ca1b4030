/*
 * May an overlay in a user namespace leave out syncing? (probes.md row 165.) Unlike
 * metacopy and redirect_dir it is allowed to rootless engines.
 *
 * As overlay/volatile, in a user namespace of its own, whoever asks.
 */
#include "overlay.h"

static struct verdict ask(const struct ask *a)
{
	return overlay_ask_volatile(a, true);
}

const struct probe probe_overlay_userns_volatile = {
	.about = "an overlay in a user namespace can leave out syncing (volatile)",
	.how = "in a user namespace of its own, a layer is mounted with volatile and one "
	       "without: only the first must be marked by work/incompat/volatile",
	.man = OVERLAY_MAN,
	.since = "5.11",
	.kconfig = "CONFIG_OVERLAY_FS CONFIG_USER_NS",
	.needed_by = "rootless buildkit, podman",
	.blocked_by = OVERLAY_BLOCKED,
	.modules = "fs-overlay",
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
