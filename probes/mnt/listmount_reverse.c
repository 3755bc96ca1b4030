/*
 * Can listmount(2) begin with the latest mount? (probes.md row 23, LISTMOUNT_REVERSE.) Who
 * watches mounts asks for what is new, without reading all there are.
 *
 * Two mounts are made below another: in turn they must be the first and the second, in reverse
 * the second and the first, and with room for one only the second. EINVAL is an older kernel
 * only because the same call without the flag works.
 */
#include <errno.h>
#include <stdbool.h>

#include "tree.h"
#include "uapi/mount.h"

static bool lists(const uint64_t *ids, int count, uint64_t first, uint64_t second)
{
	return count == 2 && ids[0] == first && ids[1] == second;
}

static struct verdict ask(const struct ask *a)
{
	static const char *const dirs[] = { "top", "top/one", "top/two", NULL };
	uint64_t ids[4], last[1], top, one, two;
	struct verdict v;

	if (tree_make(a, dirs, &v) < 0 || tree_mount_id(a, "top", &top, &v) < 0 ||
		tree_mount_id(a, "top/one", &one, &v) < 0 ||
		tree_mount_id(a, "top/two", &two, &v) < 0)
		return v;
	int n = sys_listmount(top, 0, ids, ARRAY_SIZE(ids), 0);
	if (n < 0)
		return answer_refused(a, "listmount", errno);
	if (!lists(ids, n, one, two))
		return answer_fail("listmount does not list the two mounts below one");
	n = sys_listmount(top, 0, ids, ARRAY_SIZE(ids), LISTMOUNT_REVERSE);
	if (n < 0)
		return answer_refused(a, "listmount(reverse)", errno);
	if (!lists(ids, n, two, one))
		return answer_fail(
			"LISTMOUNT_REVERSE does not list the latest mount first");
	n = sys_listmount(top, 0, last, ARRAY_SIZE(last), LISTMOUNT_REVERSE);
	if (n != 1 || last[0] != two)
		return answer_fail(
			"LISTMOUNT_REVERSE with room for one mount does not give the "
			"latest");
	return answer_pass(
		"of two mounts it listed the latest first, and that alone when "
		"there was room for one; without the flag it came second");
}

const struct probe probe_mnt_listmount_reverse = {
	.about = "listmount(2) can list the latest mounts first",
	.how = "Two mounts below another must be listed in reverse with LISTMOUNT_REVERSE, and "
	       "in the order in which they were made without it.",
	.man = "listmount(2)",
	.since = "6.11",
	.blocked_by = "seccomp",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(listmount),
	.ask = ask,
};
