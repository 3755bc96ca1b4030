/*
 * Has this file system user.* extended attributes? (probes.md row 177.) Rootless overlay
 * keeps its marks in them (userxattr), and engines whole tables.
 *
 * An attribute is set on a file without a name and must come back; of one that was not set
 * ENODATA is the control. Where there are no such files the directory itself is asked for an
 * attribute that it has not: ENODATA there too, against EOPNOTSUPP.
 */
#include <errno.h>
#include <string.h>
#include <sys/xattr.h>

#include "path.h"

static const char name[] = "user.plimsoll";

static struct verdict unsupported(const struct ask *a, int fd, const char *stage, int err)
{
	if (err != EOPNOTSUPP)
		return answer_refused(a, stage, err);
	return path_absent(a, fd, stage, err, "has no user.* attributes here",
		"use another file system, or mount it with user_xattr if it has that option");
}

static struct verdict ask_directory(const struct ask *a)
{
	struct place place;
	struct verdict v;
	char value[16];

	_cleanup_close_ int dir = path_open(a, &v);
	if (dir < 0)
		return v;
	if (fgetxattr(dir, name, value, sizeof(value)) < 0 && errno != ENODATA)
		return unsupported(a, dir, "fgetxattr", errno);
	path_place(dir, &place);
	return answer_pass(
		"%s: the directory has no such attribute (ENODATA), so that it may have some; none "
		"was set, as there are no files without a name here",
		place.type);
}

static struct verdict ask(const struct ask *a)
{
	char value[16] = "";
	struct place place;
	struct verdict v;

	_cleanup_close_ int fd = path_tmpfile(a, &v);
	if (fd < 0)
		return errno == EOPNOTSUPP && v.outcome == OUTCOME_ABSENT
			? ask_directory(a)
			: v;
	if (fgetxattr(fd, name, value, sizeof(value)) >= 0)
		return answer_fail("a fresh file has an attribute that nobody has set");
	int unset = errno;
	if (fsetxattr(fd, name, "mark", 4, 0) < 0)
		return unsupported(a, fd, "fsetxattr", errno);
	ssize_t n = fgetxattr(fd, name, value, sizeof(value));
	if (n < 0)
		return answer_refused(a, "fgetxattr", errno);
	if (unset != ENODATA || n != 4 || memcmp(value, "mark", 4))
		return answer_fail("an attribute did not come back as it was set");
	path_place(fd, &place);
	return answer_pass(
		"%s: a user.* attribute came back as it was set; before, it was ENODATA",
		place.type);
}

const struct probe probe_fs_path_xattr = {
	.about = "this directory's file system has user.* extended attributes",
	.how = "One is set on a file without a name and read back; before it must be ENODATA.",
	.man = "xattr(7)",
	.needed_by = "rootless overlay (userxattr), fuse-overlayfs",
	.blocked_by = "permissions of the directory; read-only mounts",
	.needs = PROBE_NEEDS_PATH | PROBE_SHARES,
	.calls = CALLS(fgetxattr, openat),
	.ask = ask,
};
