/*
 * May an overlay in a user namespace use redirect_dir=on? (probes.md row 165.) A layer
 * that its user can write would lead overlay to files that the user may not read, so that
 * the kernel refuses: EPERM at fsconfig(create) (from 6.12 on; before, it was silently
 * left out), and EINVAL together with userxattr, which is not tried, as it goes to the
 * kernel log.
 *
 * As overlay/redirect_dir, in a user namespace of its own. The control is the same mount
 * without the option.
 */
#include <stdio.h>

#include "overlay.h"

static bool works(int mnt)
{
	return renameat(mnt, "dir", mnt, "moved") == 0;
}

static struct verdict ask(const struct ask *a)
{
	return overlay_ask_in_userns(
		a, "redirect_dir", works, "a directory of the lower layer was renamed");
}

const struct probe probe_overlay_userns_redirect_dir = {
	.about =
		"directories of an image can be renamed in a user namespace (redirect_dir)",
	.how = "in a user namespace of its own a layer is mounted with redirect_dir=on, "
	       "which must be done; the same mount without the option is the control",
	.man = OVERLAY_MAN,
	.kconfig = "CONFIG_OVERLAY_FS CONFIG_USER_NS",
	.needed_by = "rootless podman, docker",
	.blocked_by = OVERLAY_BLOCKED,
	.modules = "fs-overlay",
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
