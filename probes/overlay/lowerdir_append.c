/*
 * Can layers be given one by one? (probes.md row 164.) lowerdir= takes all of them in one
 * string of at most 255 bytes by fsconfig(2), parted by colons that no name may hold;
 * lowerdir+ takes one, as it is. Images of many layers need it.
 *
 * Two layers, one with a colon in its name, are given that way: a file of each must be
 * seen, and the first one's where both have it. A kernel that does not know the key gives
 * EINVAL while lowerdir= of the same works.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "overlay.h"

static struct verdict ask(const struct ask *a)
{
	static const struct mnt_option options[] = { { "lowerdir+", "with:colon" },
		{ "lowerdir+", "lower" }, { 0 } };
	struct overlay o = { .name = "o", .lower = "", .options = options };
	struct verdict v;

	if (overlay_prepare(&v) < 0)
		return v;
	if (mkdir("with:colon", 0755) < 0 ||
		put_file(AT_FDCWD, "with:colon/file", "first") < 0)
		return answer_error(
			"mkdir", errno, "the scratch tmpfs cannot be written");
	_cleanup_close_ int mnt = overlay_mount(a, &o, &v);
	if (mnt < 0)
		return v;
	if (!file_holds(mnt, "file", "first") || !file_holds(mnt, "gone", "lower"))
		return answer_fail(
			"of two layers given by lowerdir+ one is not seen, or they "
			"are in another order");
	return answer_pass(
		"two layers given by lowerdir+, one with a colon in its name, are both "
		"seen, the first one on top");
}

const struct probe probe_overlay_lowerdir_append = {
	.about =
		"overlay layers can be given one by one, as many and with any name (lowerdir+)",
	.how = "two layers are given by lowerdir+, one with a colon in its name: files of "
	       "both must be seen; lowerdir= of the same is the control",
	.man = OVERLAY_MAN,
	.kconfig = "CONFIG_OVERLAY_FS",
	.needed_by = "composefs, containers/storage, mount(8)",
	.blocked_by = OVERLAY_BLOCKED,
	.modules = "fs-overlay",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
