/*
 * Can files here be sealed with fs-verity? (probes.md row 176.) composefs and signed images
 * rely on the kernel checking what it reads of a file against its digest.
 *
 * The directory is asked for its digest, which changes nothing: ENODATA is said
 * by a file system that could have one. EOPNOTSUPP: it has the code and not the feature
 * (ext4: verity), ENOTTY: neither. The control: an ioctl that there is not must be ENOTTY.
 */
#include <errno.h>

#include "path.h"
#include "uapi/fscrypt.h"

#define NO_SUCH_THING _IOC(_IOC_READ | _IOC_WRITE, 'f', 255, 4)

static struct verdict refused(const struct ask *a, int dir, int err)
{
	if (err != ENOTTY && err != EOPNOTSUPP)
		return answer_refused(a, "ioctl(measure_verity)", err);
	return path_absent(a, dir, "ioctl(measure_verity)", err,
		err == ENOTTY ? "has no fs-verity"
			      : "has fs-verity switched off, or the kernel "
				"is built without it",
		err == ENOTTY
			? "use ext4, f2fs or btrfs"
			: "for ext4: tune2fs -O verity DEVICE (files made so cannot be read "
			  "by older kernels)");
}

static struct verdict ask(const struct ask *a)
{
	struct plimsoll_verity_digest digest = { .size = sizeof(digest.digest) };
	struct place place;
	struct verdict v;

	_cleanup_close_ int dir = path_open(a, &v);
	if (dir < 0)
		return v;
	if (ioctl(dir, PLIMSOLL_FS_IOC_MEASURE_VERITY, &digest) == 0)
		return answer_fail("a directory has an fs-verity digest");
	int err = errno, none = ioctl(dir, NO_SUCH_THING, &digest) < 0 ? errno : 0;
	if (err != ENODATA)
		return refused(a, dir, err);
	if (none != ENOTTY)
		return answer_refused(a, "ioctl", none);
	path_place(dir, &place);
	return answer_pass(
		"%s: there is no digest yet (ENODATA), where a file system without "
		"fs-verity says ENOTTY",
		place.type);
}

const struct probe probe_fs_path_verity = {
	.about = "files of this directory can be sealed against changes (fs-verity)",
	.how = "The directory is asked for its digest: ENODATA against ENOTTY or EOPNOTSUPP; "
	       "nothing is sealed.",
	.man = "Documentation/filesystems/fsverity.rst",
	.since = "5.4",
	.kconfig = "CONFIG_FS_VERITY",
	.needed_by = "composefs, podman, bootc",
	.blocked_by = "permissions of the directory; the file system's own feature",
	.needs = PROBE_NEEDS_PATH | PROBE_SHARES,
	.calls = CALLS(ioctl, openat),
	.ask = ask,
};
