/*
 * Can namespaces be listed? (probes.md row 65.)
 *
 * Until listns(2) a tool had to look into /proc/PID/ns of every process, and missed those
 * without one. Asked for the uts namespaces that belong to the process's user namespace: one
 * just made must be among them, by the number that NS_GET_ID says; when another kind is asked
 * for, it must not be. EPERM is for who may not see others'.
 */
#include <errno.h>
#include <sched.h>

#include "ns.h"
#include "uapi/nsfs.h"

#define MOST 512 /* asked for page by page */

/* Is it listed among this user namespace's of a type? 1, 0 or -errno. */
static int is_listed(uint64_t id, unsigned type)
{
	struct plimsoll_ns_id_req req = { .size = sizeof(req),
		.ns_type = type,
		.user_ns_id = PLIMSOLL_LISTNS_CURRENT_USER };
	uint64_t ids[MOST];

	for (;;) {
		long n = sys_listns(&req, ids, MOST);
		if (n < 0)
			return -errno;
		for (long i = 0; i < n; i++)
			if (ids[i] == id)
				return 1;
		if (n < MOST)
			return 0;
		req.ns_id = ids[n - 1];
	}
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;
	uint64_t id = 0;

	/* First without anything made, as a kernel without it has nothing to be asked. */
	int r = is_listed(0, CLONE_NEWUTS);
	if (r < 0)
		return answer_refused(a, "listns", -r);
	if (ns_unshare(a, "uts", CLONE_NEWUTS, &v) < 0)
		return v;
	_cleanup_close_ int uts = ns_own(a, "uts", &v);
	if (uts < 0)
		return v;
	if (ioctl(uts, PLIMSOLL_NS_GET_ID, &id) < 0)
		return answer_refused(a, "ioctl(NS_GET_ID)", errno);
	if ((r = is_listed(id, CLONE_NEWUTS)) < 0)
		return answer_refused(a, "listns", -r);
	if (r == 0)
		return answer_fail("a uts namespace just made is not listed");
	if ((r = is_listed(id, CLONE_NEWIPC)) != 0)
		return r < 0
			? answer_refused(a, "listns", -r)
			: answer_fail("a uts namespace is listed among ipc namespaces");
	return answer_pass(
		"a uts namespace just made was listed among this user namespace's, and "
		"not among its ipc namespaces");
}

const struct probe probe_ns_listns = {
	.about = "namespaces can be listed without looking at every process",
	.how = "Makes a uts namespace and looks for its id among the uts namespaces, "
	       "where it must be, and among the ipc namespaces, where it must not.",
	.man = "listns(2)",
	.since = "6.19",
	.kconfig = "CONFIG_NAMESPACES",
	.needed_by = "lsns, container managers",
	.blocked_by = "seccomp; namespaces of others are not shown (EPERM)",
	.needs = PROBE_NEEDS_USERNS,
	.calls = CALLS(listns, ioctl, unshare),
	.ask = ask,
};
