/*
 * Do overlay mounts work in a user namespace? (probes.md row 162.) Rootless engines use
 * them instead of FUSE where they do.
 *
 * As overlay/mount, in a user namespace of its own. A kernel before 5.11 refuses to
 * create one there at all, with EPERM before it has looked at a single option; a later
 * one gets to the options, and a missing lowerdir is EINVAL: that tells the kernel from a
 * policy.
 */
#include "overlay.h"

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	if (overlay_prepare(&v) < 0)
		return v;
	_cleanup_close_ int mnt = overlay_mount(a, &(struct overlay) { .name = "o" }, &v);
	return mnt < 0 ? overlay_refused_in_userns(&v) : overlay_try(mnt, "o");
}

const struct probe probe_overlay_userns = {
	.about = "overlay mounts work in a user namespace, as rootless engines need them",
	.how = "in a user namespace of its own, layers on a tmpfs are mounted; a file is "
	       "read, written and deleted through the mount, and the lower layer must stay "
	       "as it was",
	.man = OVERLAY_MAN,
	.since = "5.11",
	.kconfig = "CONFIG_OVERLAY_FS CONFIG_USER_NS",
	.needed_by = "rootless docker, podman, containerd; buildkit",
	.blocked_by = OVERLAY_BLOCKED,
	.modules = "fs-overlay",
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
