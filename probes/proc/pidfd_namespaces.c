/*
 * Can the namespaces of a process be had by its pidfd? (probes.md row 145.) A runtime
 * that enters a container by /proc/PID/ns may enter another one's, if the pid was given
 * anew.
 *
 * Each ioctl is asked of a pidfd of this process and has to give the namespace that
 * /proc/self/ns has; a kind that is not there, as it was not built in, is left out. An
 * ioctl that no kernel knows is the control: ENOTTY, as all of them are before 6.11.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ns.h"
#include "proc.h"
#include "uapi/pidfd.h"

#define NO_IOCTL _IO(0xff, 99)

static const struct pidfd_kind {
	const char *name;
	unsigned long ioctl;
} kinds[] = {
	{ "mnt", PIDFD_GET_MNT_NAMESPACE },
	{ "user", PIDFD_GET_USER_NAMESPACE },
	{ "pid", PIDFD_GET_PID_NAMESPACE },
	{ "pid_for_children", PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE },
	{ "net", PIDFD_GET_NET_NAMESPACE },
	{ "ipc", PIDFD_GET_IPC_NAMESPACE },
	{ "uts", PIDFD_GET_UTS_NAMESPACE },
	{ "cgroup", PIDFD_GET_CGROUP_NAMESPACE },
	{ "time", PIDFD_GET_TIME_NAMESPACE },
	{ "time_for_children", PIDFD_GET_TIME_FOR_CHILDREN_NAMESPACE },
};

/* 1 if it is what /proc has, 0 if there is no such kind here, -1 with what to answer. */
static int ask_kind(const struct ask *a, int pidfd, const struct pidfd_kind *kind,
	struct verdict *ret_answer)
{
	char stage[32];

	_cleanup_close_ int known = ns_open(a->env, kind->name);
	if (known == -ENOENT)
		return 0;
	_cleanup_close_ int got = ioctl(pidfd, kind->ioctl, 0);
	if (known >= 0 && got >= 0 && ns_same(known, got))
		return 1;
	snprintf(stage, sizeof(stage), "ioctl(%s)", kind->name);
	if (got < 0)
		*ret_answer = answer_refused(a, stage, errno);
	else if (known < 0)
		*ret_answer = answer_refused(a, "open(ns)", -known);
	else
		*ret_answer = answer_fail("%s: the pidfd gave another namespace than "
					  "/proc/self/ns has",
			kind->name);
	return -1;
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;
	int n = 0;

	_cleanup_close_ int pidfd = pidfd_self(a, &v);
	if (pidfd < 0)
		return v;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		int r = ask_kind(a, pidfd, &kinds[i], &v);
		if (r < 0)
			return v;
		n += r;
	}
	if (ioctl(pidfd, NO_IOCTL, 0) == 0 || errno != ENOTTY)
		return answer_fail("a pidfd took an ioctl that there is not");
	if (!n)
		return answer_absent("this kernel has no namespaces");
	return answer_pass("a pidfd gave %d namespaces of its process, each the one that "
			   "/proc/self/ns has; an ioctl that there is not was ENOTTY",
		n);
}

const struct probe probe_proc_pidfd_namespaces = {
	.about = "the namespaces of a process can be had by its pidfd, without races",
	.how = "Each namespace that a process's own pidfd gives must be the one of "
	       "/proc/self/ns; an ioctl that no kernel knows must be ENOTTY.",
	.man = "PIDFD_GET_MNT_NAMESPACE(2const)",
	.since = "6.11",
	.needed_by = "systemd, LXC, Incus",
	.blocked_by = "seccomp; for other processes ptrace(2)'s rules (EACCES)",
	.needs = PROBE_SHARES,
	.calls = CALLS(ioctl, pidfd_open),
	.ask = ask,
};
