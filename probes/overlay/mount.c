/*
 * Do overlay mounts work? (probes.md row 161.) Every engine's images stand on them.
 *
 * A lower directory, an upper one and a work directory on the scratch tmpfs are mounted,
 * detached; then a file is read, written and deleted through the mount. The lower layer
 * must stay as it was, and the upper one hold the copy and a whiteout. fsopen(2) gives
 * ENODEV where the kernel has no overlay; EPERM of fsconfig(create) is a user namespace
 * before 5.11.
 */
#include "overlay.h"

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	if (overlay_prepare(&v) < 0)
		return v;
	_cleanup_close_ int mnt = overlay_mount(a, &(struct overlay) { .name = "o" }, &v);
	return mnt < 0 ? v : overlay_try(mnt, "o");
}

const struct probe probe_overlay_mount = {
	.about = "overlay mounts work, as images need them",
	.how = "layers on a tmpfs are mounted; a file is read, written and deleted through "
	       "the mount, and the lower layer must stay as it was",
	.man = OVERLAY_MAN,
	.since = "3.18",
	.kconfig = "CONFIG_OVERLAY_FS",
	.needed_by = "containerd, CRI-O, docker, podman",
	.blocked_by = OVERLAY_BLOCKED,
	.modules = "fs-overlay",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
