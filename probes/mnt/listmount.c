/*
 * Does listmount(2) list what is mounted below a mount? (probes.md row 23.)
 *
 * Its effect is a list, so the list must change as the mounts do: empty below a fresh mount,
 * two more ids after two tmpfs were mounted, one of them gone after it was unmounted. An id
 * that no mount has must be ENOENT. LISTMOUNT_REVERSE came later (6.11); whether it is there
 * is told in the detail.
 */
#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "answer.h"
#include "uapi/mount.h"
#include "uapi/stat.h"

static int mount_at(const char *dir)
{
	if (mkdir(dir, 0755) < 0 || mount("t", dir, "tmpfs", 0, NULL) < 0)
		return -errno;
	return 0;
}

static bool lists(const uint64_t *ids, int count, uint64_t first, uint64_t second)
{
	return count == 2 && ids[0] == first && ids[1] == second;
}

static const char *reverse(uint64_t top, uint64_t one, uint64_t two)
{
	uint64_t ids[8];

	int n = sys_listmount(top, 0, ids, ARRAY_SIZE(ids), LISTMOUNT_REVERSE);
	return n >= 0 && lists(ids, n, two, one) ? "works" : "is not there";
}

static struct verdict ask(const struct ask *a)
{
	uint64_t ids[8];

	int r = mount_at("top");
	if (r < 0)
		return answer_refused(a, "mount", -r);
	uint64_t top = mount_id_of("top");
	int empty = sys_listmount(top, 0, ids, ARRAY_SIZE(ids), 0);
	if (empty < 0)
		return answer_refused(a, "listmount", errno);
	if ((r = mount_at("top/one")) < 0 || (r = mount_at("top/two")) < 0)
		return answer_refused(a, "mount", -r);
	uint64_t one = mount_id_of("top/one"), two = mount_id_of("top/two");
	int n = sys_listmount(top, 0, ids, ARRAY_SIZE(ids), 0);
	if (n < 0)
		return answer_refused(a, "listmount", errno);
	if (empty != 0 || !lists(ids, n, one, two))
		return answer_fail(
			"listmount told %d mounts below a fresh mount and %d, or others, "
			"when there were two",
			empty, n);
	const char *backwards = reverse(top, one, two);
	if (umount2("top/one", 0) < 0)
		return answer_error(
			"umount2", errno, "a mount of our own cannot be unmounted");
	n = sys_listmount(top, 0, ids, ARRAY_SIZE(ids), 0);
	if (n != 1 || ids[0] != two)
		return answer_fail(
			"listmount still told a mount that had been unmounted");
	if (sys_listmount(INT64_MAX, 0, ids, ARRAY_SIZE(ids), 0) >= 0 || errno != ENOENT)
		return answer_fail("listmount lists below a mount that does not exist");
	return answer_pass(
		"it listed the two mounts below one, and a mount no longer once it was "
		"unmounted; LISTMOUNT_REVERSE %s",
		backwards);
}

const struct probe probe_mnt_listmount = {
	.about = "listmount(2) lists the mounts below a mount without reading mountinfo",
	.how = "A list must be empty below a fresh mount, hold two that are made "
	       "there, and no more one that is unmounted. An id that no mount has "
	       "must be ENOENT.",
	.man = "listmount(2)",
	.since = "6.8",
	.needed_by = "util-linux",
	.blocked_by = "seccomp",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(listmount),
	.ask = ask,
};
