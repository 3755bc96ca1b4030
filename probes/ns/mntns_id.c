/*
 * Does NS_GET_MNTNS_ID tell a mount namespace's id? (probes.md row 61.)
 *
 * It is the id that statmount(2) and listmount(2) take. Asked of two mount namespaces: each
 * has one, they differ, and the first keeps its own when the process has left it. Of another
 * kind of namespace it is EINVAL. ENOTTY means that the kernel does not know it; headers of
 * its first days have another number, which no kernel knows any more.
 */
#include <errno.h>
#include <sched.h>

#include "ns.h"
#include "uapi/nsfs.h"

static struct verdict ask(const struct ask *a)
{
	uint64_t id = 0, second_id = 0, again = 0, none;
	struct verdict v;

	_cleanup_close_ int user = ns_own(a, "user", &v);
	if (user < 0)
		return v;
	_cleanup_close_ int first = ns_own(a, "mnt", &v);
	if (first < 0)
		return v;
	if (ioctl(first, PLIMSOLL_NS_GET_MNTNS_ID, &id) < 0)
		return answer_refused(a, "ioctl(NS_GET_MNTNS_ID)", errno);
	if (ns_unshare(a, "mnt", CLONE_NEWNS, &v) < 0)
		return v;
	_cleanup_close_ int second = ns_own(a, "mnt", &v);
	if (second < 0)
		return v;
	if (ioctl(second, PLIMSOLL_NS_GET_MNTNS_ID, &second_id) < 0 ||
		ioctl(first, PLIMSOLL_NS_GET_MNTNS_ID, &again) < 0)
		return answer_refused(a, "ioctl(NS_GET_MNTNS_ID)", errno);
	if (!id || !second_id || id == second_id || again != id)
		return answer_fail(
			"NS_GET_MNTNS_ID does not tell two mount namespaces apart");
	if (ioctl(user, PLIMSOLL_NS_GET_MNTNS_ID, &none) == 0 || errno != EINVAL)
		return answer_fail("NS_GET_MNTNS_ID of a user namespace is not EINVAL");
	return answer_pass(
		"NS_GET_MNTNS_ID told two mount namespaces apart, and is EINVAL of a user "
		"namespace");
}

const struct probe probe_ns_mntns_id = {
	.about = "NS_GET_MNTNS_ID tells the id of a mount namespace, for statmount(2)",
	.how = "Asks for the ids of two mount namespaces, which must differ and stay; "
	       "of a user namespace it must be EINVAL.",
	.man = "ioctl_ns(2)",
	.since = "6.11",
	.needed_by = "statmount(2) and listmount(2) of other namespaces",
	.blocked_by = NS_BLOCKED("mnt"),
	.needs = PROBE_NEEDS_MNTNS,
	.calls = CALLS(ioctl, unshare),
	.ask = ask,
};
