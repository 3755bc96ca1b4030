/*
 * May an overlay in a user namespace use metacopy=on? (probes.md row 165.) A layer that
 * its user can write would lead overlay to files that the user may not read, so that the
 * kernel refuses: EPERM at fsconfig(create) (from 6.12 on; before, it was silently left
 * out), and EINVAL together with userxattr, which is not tried, as it goes to the kernel
 * log.
 *
 * As overlay/metacopy, in a user namespace of its own. The control is the same mount
 * without the option.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "overlay.h"

/* Is the copy that a chmod makes without data? */
static bool works(int mnt)
{
	struct stat st;

	return fchmodat(mnt, "file", 0444, 0) == 0 &&
		stat(overlay_upper("o", "file").path, &st) == 0 && st.st_blocks == 0;
}

static struct verdict ask(const struct ask *a)
{
	return overlay_ask_in_userns(
		a, "metacopy", works, "after a chmod the copy of a file holds no data");
}

const struct probe probe_overlay_userns_metacopy = {
	.about =
		"a chown of an image's file copies no data in a user namespace either (metacopy)",
	.how = "in a user namespace of its own a layer is mounted with metacopy=on, which "
	       "must be done; the same mount without the option is the control",
	.man = OVERLAY_MAN,
	.kconfig = "CONFIG_OVERLAY_FS CONFIG_USER_NS",
	.needed_by = "composefs, rootless podman (zstd:chunked)",
	.blocked_by = OVERLAY_BLOCKED,
	.modules = "fs-overlay",
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
