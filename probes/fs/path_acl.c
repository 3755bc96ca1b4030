/*
 * Has this file system POSIX access control lists? (probes.md row 177.) Images have files
 * with them, and an engine that unpacks one fails where they are missing.
 *
 * A list with an entry for one user is set on a file without a name: it must come back, and
 * the mask must be told as the file's group permissions, which is what such a list does. With
 * no such files the directory is asked for its list: ENODATA or one, against EOPNOTSUPP.
 */
#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "path.h"

static const char name[] = "system.posix_acl_access";

/* As in <linux/posix_acl_xattr.h>, little-endian. */
struct entry {
	uint16_t tag, perm;
	uint32_t id;
};

struct list {
	uint32_t version;
	struct entry entries[5];
} __attribute__((packed));

enum { USER_OBJ = 1, USER = 2, GROUP_OBJ = 4, MASK = 16, OTHER = 32 };

static struct entry entry(int tag, int perm, uint32_t id)
{
	return (struct entry) { htole16(tag), htole16(perm), htole32(id) };
}

static struct list make_list(void)
{
	return (struct list) { htole32(2),
		{ entry(USER_OBJ, 6, ~0U), entry(USER, 4, geteuid()),
			entry(GROUP_OBJ, 0, ~0U), entry(MASK, 4, ~0U),
			entry(OTHER, 0, ~0U) } };
}

static struct verdict unsupported(const struct ask *a, int fd, const char *stage, int err)
{
	if (err != EOPNOTSUPP)
		return answer_refused(a, stage, err);
	return path_absent(a, fd, stage, err, "has no POSIX access control lists here",
		"use another file system, or mount it with acl if it has that option");
}

static struct verdict ask_directory(const struct ask *a)
{
	struct place place;
	struct verdict v;
	char value[512];

	_cleanup_close_ int dir = path_open(a, &v);
	if (dir < 0)
		return v;
	if (fgetxattr(dir, name, value, sizeof(value)) < 0 && errno != ENODATA &&
		errno != ERANGE)
		return unsupported(a, dir, "fgetxattr", errno);
	path_place(dir, &place);
	return answer_pass(
		"%s: the directory can be asked for its list; none was set, as there are no files "
		"without a name here",
		place.type);
}

static struct verdict ask(const struct ask *a)
{
	struct list list = make_list(), back = { 0 };
	struct place place;
	struct verdict v;
	struct stat st;

	_cleanup_close_ int fd = path_tmpfile(a, &v);
	if (fd < 0)
		return errno == EOPNOTSUPP && v.outcome == OUTCOME_ABSENT
			? ask_directory(a)
			: v;
	if (fsetxattr(fd, name, &list, sizeof(list), 0) < 0)
		return unsupported(a, fd, "fsetxattr", errno);
	ssize_t n = fgetxattr(fd, name, &back, sizeof(back));
	if (n < 0)
		return answer_refused(a, "fgetxattr", errno);
	if (n != sizeof(list) || memcmp(&list, &back, sizeof(list)) ||
		fstat(fd, &st) < 0 || (st.st_mode & 0777) != 0640)
		return answer_fail(
			"an access control list did not come back as it was set, or its mask is "
			"not told as the group's permissions");
	path_place(fd, &place);
	return answer_pass(
		"%s: a list came back as it was set, and its mask as the group's permissions",
		place.type);
}

const struct probe probe_fs_path_acl = {
	.about = "this directory's file system has POSIX access control lists",
	.how = "A list is set on a file without a name and read back; its mask must be told as "
	       "the group's permissions, which were none.",
	.man = "acl(5)",
	.needed_by = "images with such lists, systemd-journald, rootless engines",
	.blocked_by = "permissions of the directory; read-only mounts",
	.needs = PROBE_NEEDS_PATH | PROBE_SHARES,
	.calls = CALLS(fgetxattr, openat),
	.ask = ask,
};
