/*
 * Does a pidfd tell how its process ended, after another has reaped it? (probes.md row
 * 146.) So a supervisor learns the status of a process that is not its child.
 *
 * PIDFD_GET_INFO is asked for PIDFD_INFO_EXIT of a child that lives, which must not be
 * filled in, and once it was reaped, which must tell its status. Kernels that have the
 * ioctl and not this answer ESRCH then (before 6.15).
 */
#include <errno.h>
#include <sys/wait.h>

#include "proc.h"
#include "uapi/pidfd.h"

static struct verdict judge(const struct ask *a, struct waiter *w, int pidfd)
{
	struct plimsoll_pidfd_info alive = { .mask = PIDFD_INFO_PID | PIDFD_INFO_EXIT };
	struct plimsoll_pidfd_info ended = alive;

	_cleanup_close_ int ns = ioctl(pidfd, PIDFD_GET_MNT_NAMESPACE, 0);
	if (ns < 0)
		return answer_refused(a, "ioctl(mnt)", errno);
	if (ioctl(pidfd, PLIMSOLL_PIDFD_GET_INFO, &alive) < 0)
		return answer_refused(a, "ioctl(PIDFD_GET_INFO)", errno);
	if ((alive.mask & PIDFD_INFO_EXIT) || alive.pid != (unsigned)w->pid)
		return answer_fail(
			"PIDFD_GET_INFO told the end of a process that was alive, or "
			"another process's");
	waiter_end(w);
	if (ioctl(pidfd, PLIMSOLL_PIDFD_GET_INFO, &ended) < 0)
		return errno == ESRCH
			? answer_absent(
				  "PIDFD_GET_INFO told of the child while it lived, but "
				  "is ESRCH once it was reaped")
			: answer_refused(a, "ioctl(PIDFD_INFO_EXIT)", errno);
	if (!(ended.mask & PIDFD_INFO_EXIT))
		return answer_absent(
			"PIDFD_GET_INFO does not fill in how a reaped child ended");
	if (!WIFEXITED(ended.exit_code) || WEXITSTATUS(ended.exit_code) != WAITER_STATUS)
		return answer_fail(
			"PIDFD_GET_INFO told another end (%d) than the child's",
			ended.exit_code);
	return answer_pass(
		"the pidfd of a child told its status after it was reaped, and no end "
		"while it lived");
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_waiter_ struct waiter w;
	struct verdict v;

	_cleanup_close_ int pidfd = waiter_pidfd(a, &w, &v);
	if (pidfd < 0)
		return v;
	return judge(a, &w, pidfd);
}

const struct probe probe_proc_pidfd_exit_info = {
	.about = "a pidfd tells how its process ended, even to who is not its parent",
	.how = "A child's pidfd is asked how it ended: while it lives it must not tell, "
	       "and after the child was reaped it must tell the status.",
	.man = "ioctl_pidfd(2)",
	.since = "6.15",
	.needed_by = "systemd, supervisors of what is not their child",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(ioctl, pidfd_open),
	.ask = ask,
};
