/*
 * Can a pid namespace be made? (probes.md row 74.)
 *
 * The first process in it must be number 1 there, while the old /proc still knows it by
 * another number: both are the same process, seen from two namespaces. And from inside, the
 * process that made it must not be found by its number (ESRCH).
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "ns.h"

static struct verdict ask_first(const struct ask *a, void *arg)
{
	int outer = *(int *)arg;
	char seen[16] = "";

	if (getpid() != 1 || getppid() != 0)
		return answer_fail("the first process of a new pid namespace has pid %d "
				   "and parent %d",
			getpid(), getppid());
	if (readlink("/proc/self", seen, sizeof(seen) - 1) < 0)
		return answer_refused(a, "readlink(/proc/self)", errno);
	if (atoi(seen) == 1)
		return answer_fail("the first process is number 1 outside, too");
	if (outer != 1 && (kill(outer, 0) == 0 || errno != ESRCH))
		return answer_fail(
			"the process outside can be found by its number from inside");
	return answer_pass(
		"the first process of a new pid namespace is pid 1 there and %s "
		"outside; from inside, pid %d outside is ESRCH",
		seen, outer);
}

static struct verdict ask(const struct ask *a)
{
	int outer = getpid();
	struct verdict v;

	_cleanup_close_ int own = ns_own(a, "pid", &v);
	return own < 0 ? v : ns_first(a, ask_first, &outer);
}

const struct probe probe_ns_pid = {
	.about = "a container can have process ids of its own",
	.how = "Makes a pid namespace: its first process is 1 there and another number "
	       "in the old /proc, and cannot find the process that made it.",
	.man = "pid_namespaces(7)",
	.kconfig = "CONFIG_PID_NS",
	.needed_by = "every container runtime",
	.blocked_by = NS_BLOCKED("pid"),
	.needs = PROBE_NEEDS_MNTNS, /* with it, a user gets a user namespace */
	.calls = CALLS(unshare),
	.ask = ask,
};
