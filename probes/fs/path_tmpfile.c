/*
 * Has this file system files without a name? (probes.md row 177.) overlayfs copies files up
 * through them, and engines write without leaving half a file behind.
 *
 * An O_TMPFILE in the directory must have no link and keep what is written; it is gone when
 * it is closed. EOPNOTSUPP: not on this file system.
 */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path.h"

static struct verdict ask(const struct ask *a)
{
	struct place place;
	struct verdict v;
	struct stat st;
	char byte = 0;

	_cleanup_close_ int fd = path_tmpfile(a, &v);
	if (fd < 0)
		return v;
	if (pwrite(fd, "x", 1, 0) != 1)
		return answer_refused(a, "pwrite64", errno);
	if (pread(fd, &byte, 1, 0) != 1 || byte != 'x' || fstat(fd, &st) < 0 ||
		st.st_nlink)
		return answer_fail(
			"a file without a name does not keep what is written, or has one");
	path_place(fd, &place);
	return answer_pass("%s: a file without a name kept what was written", place.type);
}

const struct probe probe_fs_path_tmpfile = {
	.about = "this directory's file system has files without a name (O_TMPFILE)",
	.how = "One is made, written and read back; it is gone when it is closed.",
	.man = "open(2)",
	.since = "3.11",
	.needed_by = "overlayfs copy-up, engines",
	.blocked_by = "permissions of the directory; read-only mounts",
	.needs = PROBE_NEEDS_PATH | PROBE_SHARES,
	.calls = CALLS(openat, pwrite64),
	.ask = ask,
};
