/*
 * Can a file be copied here without copying its data? (probes.md row 177.) Engines copy
 * layers and volumes so (cp --reflink), where the file system can.
 *
 * FICLONE between two files without a name: the copy must have the data, and not change when
 * the first one is written. EOPNOTSUPP: not on this file system; XFS only if made with
 * reflink=1.
 */
#include <errno.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "path.h"

static struct verdict refused(const struct ask *a, int fd, int err)
{
	if (err != EOPNOTSUPP && err != ENOTTY)
		return answer_refused(a, "ioctl(ficlone)", err);
	return path_absent(a, fd, "ioctl(ficlone)", err, "cannot share the data of files",
		"use btrfs, or XFS made with mkfs.xfs -m reflink=1");
}

/* Without such files there is nothing to try it on. */
static struct verdict unasked(const struct verdict *v)
{
	struct verdict denied = answer_denied("unproven",
		"the file system has no files without a name, and to make others would change "
		"the directory",
		"try it by hand: cp --reflink=always FILE COPY", "not asked: %.300s",
		v->detail);

	VERDICT_TEXT(denied.stage, "%s", v->stage);
	denied.err = v->err;
	return denied;
}

static struct verdict ask(const struct ask *a)
{
	char data[4096], back[4096];
	struct place place;
	struct verdict v;

	_cleanup_close_ int from = path_tmpfile(a, &v);
	_cleanup_close_ int to = from < 0 ? -1 : path_tmpfile(a, &v);
	if (to < 0)
		return v.outcome == OUTCOME_ABSENT ? unasked(&v) : v;
	/* Without data first: most file systems say no to that already. */
	if (ioctl(to, FICLONE, from) < 0)
		return refused(a, from, errno);
	memset(data, 'x', sizeof(data));
	if (pwrite(from, data, sizeof(data), 0) != sizeof(data))
		return answer_refused(a, "pwrite64", errno);
	if (ioctl(to, FICLONE, from) < 0)
		return refused(a, from, errno);
	if (pwrite(from, "y", 1, 0) != 1 ||
		pread(to, back, sizeof(back), 0) != sizeof(back) ||
		memcmp(data, back, sizeof(data)))
		return answer_fail(
			"FICLONE succeeded, but the copy has not the data, or changed with the "
			"other file");
	path_place(from, &place);
	return answer_pass(
		"%s: a copy that shares its data was right, and did not change when the other file "
		"was written",
		place.type);
}

const struct probe probe_fs_path_reflink = {
	.about =
		"files of this directory can be copied without copying their data (reflink)",
	.how = "A file without a name is cloned into another, and changed; the clone must have "
	       "the old data.",
	.man = "FICLONE(2const)",
	.since = "4.5",
	.needed_by = "podman and containers/storage (vfs, overlay), cp --reflink",
	.blocked_by = "permissions of the directory; read-only mounts",
	.needs = PROBE_NEEDS_PATH | PROBE_SHARES,
	.calls = CALLS(ioctl, openat),
	.ask = ask,
};
