/*
 * Can several namespaces of a process be joined in one call? (probes.md row 78.)
 *
 * A child in new mount, uts and ipc namespaces is joined with setns(2) on its pidfd: all
 * three must then be the child's, by device and inode, and none was before. Before 5.8 a
 * pidfd is EINVAL there; the control is setns(2) on a file of one of the child's namespaces.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>

#include "ns.h"
#include "pool.h"

#define FLAGS (CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC)

static const char *const kinds[] = { "mnt", "uts", "ipc" };

static int leave(void *arg)
{
	return unshare(FLAGS) < 0 ? errno : 0;
}

/* How many of the three are the child's? -1 if that cannot be read. */
static int shared(const struct ask *a, int pid)
{
	char path[64];
	int count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, kinds[i]);
		_cleanup_close_ int own = ns_open(a->env, kinds[i]);
		_cleanup_close_ int theirs = env_open(a->env, path, O_RDONLY);
		if (own < 0 || theirs < 0)
			return -1;
		count += ns_same(own, theirs);
	}
	return count;
}

static struct verdict refused(const struct ask *a, int pid, int err)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/uts", pid);
	_cleanup_close_ int uts = env_open(a->env, path, O_RDONLY);
	if (err == EINVAL && setns(uts, CLONE_NEWUTS) < 0)
		return answer_refused(a, "setns(uts)", errno);
	return answer_refused(a, "setns(pidfd)", err);
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_ns_child_ struct ns_child child = { 0 };
	struct verdict v;

	int err = ns_hold(leave, NULL, &child, &v);
	if (err)
		return err < 0 ? v : answer_refused(a, "unshare(mnt,uts,ipc)", err);
	_cleanup_close_ int pidfd = pidfd_of(child.pid);
	if (pidfd < 0)
		return answer_refused(a, "pidfd_open", -pidfd);
	int before = shared(a, child.pid);
	if (setns(pidfd, FLAGS) < 0)
		return refused(a, child.pid, errno);
	int after = shared(a, child.pid);
	if (before < 0 || after < 0)
		return answer_error("open(ns)", 0, "/proc/PID/ns cannot be read");
	if (before != 0 || after != (int)ARRAY_SIZE(kinds))
		return answer_fail("of a child's three namespaces %d were joined by "
				   "setns(2) on its pidfd",
			after - before);
	return answer_pass("one setns(2) on a pidfd joined the mount, uts and ipc "
			   "namespaces of a child");
}

const struct probe probe_ns_setns_pidfd = {
	.about = "several namespaces of a container can be joined at once",
	.how = "Joins three new namespaces of a child with one setns(2) on its pidfd, "
	       "and compares them before and after.",
	.man = "setns(2)",
	.needed_by = "exec into a container (crun, LXC, systemd), CRIU",
	.blocked_by = NS_BLOCKED("mnt"),
	.needs = PROBE_NEEDS_MNTNS, /* with it, a user gets a user namespace */
	.calls = CALLS(setns, pidfd_open, unshare),
	.ask = ask,
};
