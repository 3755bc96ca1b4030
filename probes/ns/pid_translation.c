/*
 * Can process ids be translated between pid namespaces? (probes.md row 62.)
 *
 * A child that is 1 in a new pid namespace has a number outside that fork(2) told. Both ways
 * are asked (into the namespace and out of it), for process and thread group. A pid that is
 * nobody's must be ESRCH. ENOTTY means that the kernel does not know it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>

#include "ns.h"
#include "uapi/nsfs.h"

static const struct {
	unsigned long call;
	const char *name;
	bool inside; /* asked with the number outside, answers with the one inside */
} calls[] = {
	{ NS_GET_PID_IN_PIDNS, "NS_GET_PID_IN_PIDNS", true },
	{ NS_GET_TGID_IN_PIDNS, "NS_GET_TGID_IN_PIDNS", true },
	{ NS_GET_PID_FROM_PIDNS, "NS_GET_PID_FROM_PIDNS", false },
	{ NS_GET_TGID_FROM_PIDNS, "NS_GET_TGID_FROM_PIDNS", false },
};

static struct verdict translate(const struct ask *a, int ns, int pid)
{
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		int from = calls[i].inside ? pid : 1;
		int to = calls[i].inside ? 1 : pid;
		int got = ioctl(ns, calls[i].call, from);
		if (got < 0)
			return answer_refused(a, "ioctl(PIDNS)", errno);
		if (got != to)
			return answer_fail("%s says %d for pid %d, which is %d",
				calls[i].name, got, from, to);
		/* Above any pid (PID_MAX_LIMIT is 2^22). */
		if (ioctl(ns, calls[i].call, 1 << 30) >= 0 || errno != ESRCH)
			return answer_fail("%s of a pid that nobody has is not ESRCH",
				calls[i].name);
	}
	return answer_pass("the first process of a pid namespace, %d outside, was "
			   "translated both ways; a pid that nobody has is ESRCH",
		pid);
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_ns_child_ struct ns_child child = { 0 };
	char path[64];
	struct verdict v;

	if (ns_unshare(a, "pid", CLONE_NEWPID, &v) < 0 ||
		ns_hold(NULL, NULL, &child, &v) < 0)
		return v;
	snprintf(path, sizeof(path), "/proc/%d/ns/pid", child.pid);
	_cleanup_close_ int ns = env_open(a->env, path, O_RDONLY);
	return ns < 0 ? answer_refused(a, "open(ns/pid)", -ns)
		      : translate(a, ns, child.pid);
}

const struct probe probe_ns_pid_translation = {
	.about = "process ids can be translated into and out of a container",
	.how = "Translates the pid of the first process of a new pid namespace both "
	       "ways; a pid that nobody has must be ESRCH.",
	.man = "ioctl_ns(2)",
	.since = "6.11",
	.kconfig = "CONFIG_PID_NS",
	.needed_by = "LXCFS, tracers",
	.blocked_by = NS_BLOCKED("pid"),
	.needs = PROBE_NEEDS_MNTNS, /* with it, a user gets a user namespace */
	.calls = CALLS(ioctl, unshare),
	.ask = ask,
};
