/*
 * Does statmount(2) tell which mount namespace a mount is in? (probes.md row 21,
 * STATMOUNT_MNT_NS_ID.)
 *
 * The id must be the one that the namespace itself tells (NS_GET_MNTNS_ID). The control is a
 * child in a new mount namespace: there both must be another, and the same again.
 */
#include <errno.h>
#include <sched.h>

#include "ask.h"
#include "statmount.h"

/* The id that both tell of the namespace that this process is in. 0, or -1 with the refusal. */
static int agree(const struct ask *a, uint64_t *ret_id, struct verdict *ret_refused)
{
	union statmount_answer s;
	uint64_t own;

	if (statmount_fields(a, ".", STATMOUNT_MNT_NS_ID, "mnt_ns_id", &s, ret_refused) <
		0)
		return -1;
	int r = statmount_own_ns(a, &own);
	if (r == -ENOTTY) { /* a backport of the one and not of the other */
		*ret_id = s.mount.mnt_ns_id;
		return 0;
	}
	if (r < 0) {
		*ret_refused = answer_refused(a, "ioctl(NS_GET_MNTNS_ID)", -r);
		return -1;
	}
	*ret_id = own;
	if (s.mount.mnt_ns_id == own)
		return 0;
	*ret_refused = answer_fail("statmount tells another mount namespace than the one "
				   "that this process is in");
	return -1;
}

static struct verdict ask_in_another(const struct ask *a, void *arg)
{
	const uint64_t *before = arg;
	struct verdict v;
	uint64_t id;

	if (unshare(CLONE_NEWNS) < 0)
		return answer_refused(a, "unshare(mnt)", errno);
	if (agree(a, &id, &v) < 0)
		return v;
	if (id == *before)
		return answer_fail(
			"statmount tells the same mount namespace of a mount and of "
			"its copy in a new one");
	return answer_pass("it told the id that the mount namespace has of itself, and "
			   "another of the mount's copy in a new one");
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;
	uint64_t id;

	if (agree(a, &id, &v) < 0)
		return v;
	return ask_in_child(a, ask_in_another, &id);
}

const struct probe probe_mnt_statmount_ns_id = {
	.about = "statmount(2) tells which mount namespace a mount is in",
	.how = "The id must be the one that NS_GET_MNTNS_ID tells of this process's mount "
	       "namespace, and another in a child with a new one.",
	.man = "statmount(2)",
	.since = "6.11",
	.needed_by = "util-linux",
	.blocked_by = "seccomp",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(statmount),
	.ask = ask,
};
