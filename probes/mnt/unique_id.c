/*
 * Has a mount an id that is never used again? (probes.md row 24.) The ids in mountinfo are:
 * who remembers one may find another mount by it later. statmount(2) and listmount(2) take
 * the unique ones.
 *
 * The same directory is mounted on twice, one after the other: the ids must differ, be higher
 * each time, and that of the file below must be its mount's. An older kernel takes the request
 * and leaves its bit out of the answer; the control is that the old id is told there.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>

#include "tree.h"
#include "uapi/mount.h"
#include "uapi/stat.h"

/* What a kernel that has no unique ids tells: the other kind. */
static bool tells_old_id(void)
{
	struct statx stx;

	return syscall(SYS_statx, AT_FDCWD, ".", 0, STATX_MNT_ID, &stx) == 0 &&
		(stx.stx_mask & STATX_MNT_ID);
}

static struct verdict refused(const struct ask *a, int err)
{
	if (err == ENODATA)
		return answer_absent("statx left STATX_MNT_ID_UNIQUE out of its answer%s",
			tells_old_id() ? ", where it tells the id of mountinfo" : "");
	return answer_refused(a, "statx", err);
}

/* Mounts a tmpfs with a file in it on the directory and tells its id. 0 or -errno. */
static int mount_once(uint64_t *ret_id)
{
	uint64_t id, file;
	int r;

	if (mount("plimsoll", "dir", "tmpfs", 0, NULL) < 0)
		return -errno;
	if ((r = tree_touch(AT_FDCWD, "dir/file")) < 0 ||
		(r = mount_id_ask("dir", &id)) < 0 ||
		(r = mount_id_ask("dir/file", &file)) < 0)
		return r;
	*ret_id = id == file ? id : 0;
	return 0;
}

static struct verdict ask(const struct ask *a)
{
	uint64_t around, first, second;

	int r = mount_id_ask(".", &around);
	if (r < 0)
		return refused(a, -r);
	if (mkdir("dir", 0755) < 0)
		return answer_error(
			"mkdir", errno, "the scratch tmpfs cannot be written");
	if ((r = mount_once(&first)) < 0)
		return answer_refused(a, "mount", -r);
	if (umount2("dir", 0) < 0)
		return answer_refused(a, "umount2", errno);
	if ((r = mount_once(&second)) < 0)
		return answer_refused(a, "mount", -r);
	if (first <= around || second <= first)
		return answer_fail(
			"mounts made one after the other have the ids %llu, %llu "
			"and %llu, which must grow, and be the same for a file",
			(unsigned long long)around, (unsigned long long)first,
			(unsigned long long)second);
	return answer_pass(
		"two mounts at one place, the first of them unmounted, had the ids "
		"%llu and %llu",
		(unsigned long long)first, (unsigned long long)second);
}

const struct probe probe_mnt_unique_id = {
	.about = "a mount has an id that no later mount is given",
	.how = "A directory is mounted on, unmounted and mounted on again: the second id must "
	       "be another, and higher. The control is the old id where there is none.",
	.man = "statx(2)",
	.since = "6.8",
	.needed_by = "systemd, util-linux",
	.blocked_by = "seccomp",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(statx),
	.ask = ask,
};
