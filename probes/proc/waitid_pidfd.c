/*
 * Can a child be reaped by its pidfd? (probes.md row 140.)
 *
 * A child is let go and waited for by its pid without being reaped, so that waitid(2)
 * itself is shown to work; then waitid(P_PIDFD) must say how it ended, and reap it. With
 * an invalid descriptor EINVAL would be the answer of any kernel: a true one is used.
 */
#include <errno.h>
#include <sys/wait.h>

#include "proc.h"
#include "uapi/pidfd.h"

static struct verdict ask(const struct ask *a)
{
	_cleanup_waiter_ struct waiter w;
	siginfo_t end = { 0 };
	struct verdict v;

	_cleanup_close_ int pidfd = waiter_pidfd(a, &w, &v);
	if (pidfd < 0)
		return v;
	if (waiter_finish(&w) < 0)
		return answer_refused(a, "waitid(P_PID)", errno);
	if (waitid(PLIMSOLL_P_PIDFD, pidfd, &end, WEXITED) < 0)
		return answer_refused(a, "waitid(P_PIDFD)", errno);
	if (end.si_pid != w.pid || end.si_code != CLD_EXITED ||
		end.si_status != WAITER_STATUS)
		return answer_fail(
			"waitid(P_PIDFD) told another process, or another end, than "
			"the child's");
	if (waitpid(w.pid, NULL, WNOHANG) != -1 || errno != ECHILD)
		return answer_fail(
			"waitid(P_PIDFD) told how the child ended, but did not reap it");
	w.pid = 0;
	return answer_pass("waitid(P_PIDFD) told how a child ended and reaped it");
}

const struct probe probe_proc_waitid_pidfd = {
	.about = "a child can be reaped by its pidfd",
	.how = "A child that has ended is waited for by its pid, which leaves it, then "
	       "by its pidfd, which must tell its status and reap it.",
	.man = "waitid(2)",
	.since = "5.4",
	.needed_by = "Go (os.Process), systemd",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(waitid, pidfd_open),
	.ask = ask,
};
