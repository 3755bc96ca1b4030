/*
 * Can a process be held by a descriptor that tells when it ends? (probes.md row 139.)
 * Without it a supervisor may signal another process that has got the same pid.
 *
 * pidfd_open(2) of a child, and poll(2): nothing to read while the child waits for us,
 * which is the control, and readable once it was let go and has ended.
 */
#include <errno.h>

#include "proc.h"

static struct verdict ask(const struct ask *a)
{
	_cleanup_waiter_ struct waiter w;
	struct verdict v;

	_cleanup_close_ int pidfd = waiter_pidfd(a, &w, &v);
	if (pidfd < 0)
		return v;
	if (pidfd_tells_end(pidfd))
		return answer_fail("a pidfd told the end of a process that was alive");
	/* Its end is waited for in another way, so that a slow machine is no fault. */
	if (waiter_finish(&w) < 0)
		return answer_error(
			"waitid", errno, "a child of our own cannot be waited for");
	if (!pidfd_tells_end(pidfd))
		return answer_fail("a pidfd did not tell the end of its process");
	return answer_pass(
		"a pidfd told nothing while its child lived and was readable when it "
		"ended");
}

const struct probe probe_proc_pidfd_open = {
	.about = "a process can be held by a descriptor that tells when it ends",
	.how = "A pidfd of a child is polled: nothing while the child lives, readable "
	       "when it has ended.",
	.man = "pidfd_open(2)",
	.since = "5.3",
	.needed_by = "containerd, systemd, Go (os.Process)",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(pidfd_open),
	.ask = ask,
};
