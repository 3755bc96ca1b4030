/*
 * Does NS_GET_ID give every namespace a number that is never used again? (probes.md row 64.)
 *
 * Inode numbers of namespaces are used again, so that they do not prove an identity for long.
 * Asked of each of the process's own: none may be 0, no two the same, and asked twice each
 * must say the same. The mount namespace's must be what NS_GET_MNTNS_ID says, which is older.
 */
#include <errno.h>
#include <sched.h>

#include "ns.h"
#include "uapi/nsfs.h"

static struct verdict compare(const uint64_t *ids, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!ids[i])
			return answer_fail("NS_GET_ID says 0");
		for (size_t j = 0; j < i; j++)
			if (ids[i] == ids[j])
				return answer_fail(
					"NS_GET_ID says the same of two namespaces");
	}
	return answer_pass("NS_GET_ID told %zu namespaces apart, and says of the mount "
			   "namespace what NS_GET_MNTNS_ID does",
		count);
}

static struct verdict ask(const struct ask *a)
{
	uint64_t ids[NS_KINDS], again, mntns;
	size_t count = 0;

	for (size_t i = 0; i < NS_KINDS; i++) {
		_cleanup_close_ int fd = ns_open(a->env, ns_kinds[i].name);
		_cleanup_close_ int other = ns_open(a->env, ns_kinds[i].name);
		if (fd == -ENOENT)
			continue; /* not in this kernel */
		if (fd < 0 || other < 0)
			return answer_refused(a, "open(ns)", fd < 0 ? -fd : -other);
		if (ioctl(fd, PLIMSOLL_NS_GET_ID, &ids[count]) < 0 ||
			ioctl(other, PLIMSOLL_NS_GET_ID, &again) < 0)
			return answer_refused(a, "ioctl(NS_GET_ID)", errno);
		if (again != ids[count])
			return answer_fail(
				"NS_GET_ID says two numbers of one %s namespace",
				ns_kinds[i].name);
		if (ns_kinds[i].flag == CLONE_NEWNS &&
			(ioctl(fd, PLIMSOLL_NS_GET_MNTNS_ID, &mntns) < 0 ||
				mntns != ids[count]))
			return answer_fail(
				"NS_GET_ID and NS_GET_MNTNS_ID differ for a mount namespace");
		count++;
	}
	return compare(ids, count);
}

const struct probe probe_ns_ns_id = {
	.about = "every namespace has a number that is never used again",
	.how = "Asks NS_GET_ID of every namespace of one's own: all differ, and the "
	       "mount namespace's is what NS_GET_MNTNS_ID says.",
	.man = "ioctl_ns(2)",
	.since = "6.18",
	.kconfig = "CONFIG_NAMESPACES",
	.needed_by = "systemd, container managers that keep track of namespaces",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(ioctl),
	.ask = ask,
};
