/*
 * Can a container's overlay be the layer of another? (probes.md row 166.) docker in
 * docker and kind mount overlays whose layers are on the outer container's overlay. Two
 * are allowed on top of each other; a third is EINVAL, which is not tried, as that goes
 * to the kernel log.
 *
 * An overlay is mounted, and a second one with the first as its lower layer: a file of
 * the first one's lower layer must be read and written through both, and stay as it was
 * below.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "overlay.h"
#include "uapi/mount.h"

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	if (overlay_prepare(&v) < 0)
		return v;
	_cleanup_close_ int first =
		overlay_mount(a, &(struct overlay) { .name = "o" }, &v);
	if (first < 0)
		return v;
	if (mkdir("outer", 0755) < 0)
		return answer_error(
			"mkdir", errno, "the scratch tmpfs cannot be written");
	if (sys_move_mount(first, "", AT_FDCWD, "outer", MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return answer_refused(a, "move_mount", errno);
	_cleanup_close_ int second = overlay_mount(
		a, &(struct overlay) { .name = "inner", .lower = "outer" }, &v);
	if (second < 0)
		return v;
	if (!file_holds(second, "file", "lower") ||
		put_file(second, "file", "changed") < 0)
		return answer_fail(
			"a file cannot be read or written through two overlays");
	if (!file_holds(first, "file", "lower") || !file_holds(second, "file", "changed"))
		return answer_fail(
			"a write through the second overlay changed the first");
	return answer_pass(
		"a file was read and written through an overlay on an overlay, and "
		"stayed as it was in the first");
}

const struct probe probe_overlay_nested = {
	.about = "an overlay can be mounted on top of a container's overlay",
	.how = "an overlay is the lower layer of a second one; a file is read and written "
	       "through both, and must stay as it was below",
	.man = OVERLAY_MAN,
	.kconfig = "CONFIG_OVERLAY_FS",
	.needed_by = "docker in docker, kind, buildkit",
	.blocked_by = OVERLAY_BLOCKED,
	.modules = "fs-overlay",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
