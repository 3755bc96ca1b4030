/*
 * Does reading this directory tell what each entry is? (probes.md row 177.) overlayfs and
 * the engines' graph drivers rely on d_type; an XFS made with ftype=0 has none, and layers
 * on it go wrong.
 *
 * The directory is read as it is: an entry of DT_UNKNOWN says no. Where it has no entries but
 * "." and "..", whose type any file system knows, what is in the directory above, if that is
 * of the same file system, is looked at.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path.h"
#include "uapi/unistd.h"

struct entry64 {
	uint64_t ino;
	int64_t off;
	uint16_t len;
	uint8_t type;
	char name[];
};

#define COMPARED 16 /* each may have to be read from the disk */

struct counts {
	int all, unknown,
		wrong; /* entries but "." and "..", of these: no type, another's */
};

/* Is the type another than stat(2) has it? No server is asked, which might not answer. */
static bool is_wrong(int dir, const struct entry64 *e)
{
	int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC;
	struct statx st;

	return e->type != DT_UNKNOWN &&
		statx(dir, e->name, flags, STATX_TYPE, &st) == 0 &&
		IFTODT(st.stx_mode) != e->type;
}

/* What its first entries are like. 0 or -errno. */
static int count(int dir, struct counts *ret_counts)
{
	char text[4096] __attribute__((aligned(8)));
	struct counts c = { 0 };

	long n = syscall(SYS_getdents64, dir, text, sizeof(text));
	if (n < 0)
		return -errno;
	for (long at = 0; at < n;) {
		const struct entry64 *e = (const struct entry64 *)(text + at);
		at += e->len;
		if (!strcmp(e->name, ".") || !strcmp(e->name, ".."))
			continue;
		c.all++;
		c.unknown += e->type == DT_UNKNOWN;
		c.wrong += c.all <= COMPARED && is_wrong(dir, e);
	}
	*ret_counts = c;
	return 0;
}

static bool same_fs(int one, int two)
{
	struct stat a, b;

	return one >= 0 && two >= 0 && fstat(one, &a) == 0 && fstat(two, &b) == 0 &&
		a.st_dev == b.st_dev && a.st_ino != b.st_ino;
}

static struct verdict ask(const struct ask *a)
{
	struct counts c = { 0 };
	struct place place;
	struct verdict v;

	_cleanup_close_ int dir = path_open(a, &v);
	if (dir < 0)
		return v;
	int r = count(dir, &c);
	if (r < 0)
		return answer_refused(a, "getdents64", -r);
	_cleanup_close_ int above =
		c.all ? -1 : openat(dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!c.all && same_fs(above, dir) && (r = count(above, &c)) < 0)
		return answer_refused(a, "getdents64", -r);
	path_place(dir, &place);
	if (c.unknown) {
		v = answer_absent(
			"%s: %d of %d entries come without their type (DT_UNKNOWN)",
			place.type, c.unknown, c.all);
		v.fault = FAULT_FILESYSTEM;
		VERDICT_TEXT(v.remedy, "for XFS: make it anew with mkfs.xfs -n ftype=1");
		return v;
	}
	if (c.wrong)
		return answer_fail(
			"%s: %d of %d entries are of another type than stat(2) says",
			place.type, c.wrong, c.all);
	if (!c.all)
		return answer_denied("unproven",
			"the directory is empty, and to make an entry would change it",
			"ask about a directory of the same file system that is not",
			"%s: there is no entry but \".\" and \"..\", whose type any file system "
			"knows",
			place.type);
	return answer_pass(
		"%s: each of %d entries came with its type, and stat(2) says the same",
		place.type, c.all);
}

const struct probe probe_fs_path_d_type = {
	.about =
		"reading a directory of this file system tells what each entry is (d_type)",
	.how = "Its first entries are read, and some of their types compared with what stat(2) says.",
	.man = "readdir(3)",
	.needed_by = "overlayfs, containerd, docker, podman",
	.blocked_by = "permissions of the directory",
	.needs = PROBE_NEEDS_PATH | PROBE_SHARES,
	.calls = CALLS(getdents64),
	.ask = ask,
};
