/*
 * Can a pidfd be waited for without blocking? (probes.md row 142.) An event loop needs
 * that.
 *
 * waitid(P_PIDFD) of a pidfd made with PIDFD_NONBLOCK must be EAGAIN while the child
 * lives and reap it when it has ended. A pidfd without the flag is made first, which
 * shows that EINVAL means the flag (before 5.10), and must not have O_NONBLOCK.
 */
#include <errno.h>
#include <sys/wait.h>

#include "proc.h"
#include "uapi/pidfd.h"

static struct verdict judge(const struct ask *a, struct waiter *w, int pidfd)
{
	siginfo_t end = { 0 };

	if (!(fcntl(pidfd, F_GETFL) & O_NONBLOCK))
		return answer_fail(
			"PIDFD_NONBLOCK was accepted, but the pidfd would block");
	if (waitid(PLIMSOLL_P_PIDFD, pidfd, &end, WEXITED | WNOHANG) < 0 &&
		errno != EAGAIN)
		return answer_refused(a, "waitid(P_PIDFD)", errno);
	if (waitid(PLIMSOLL_P_PIDFD, pidfd, &end, WEXITED) == 0 || errno != EAGAIN)
		return answer_fail(
			"a nonblocking pidfd of a child that lives did not give EAGAIN");
	if (waiter_finish(w) < 0 ||
		waitid(PLIMSOLL_P_PIDFD, pidfd, &end, WEXITED | WNOWAIT) < 0 ||
		end.si_status != WAITER_STATUS)
		return answer_fail(
			"a nonblocking pidfd of a child that has ended does not tell "
			"how");
	return answer_pass(
		"waiting for a child by a nonblocking pidfd gave EAGAIN while it lived, "
		"and its status when it had ended");
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_waiter_ struct waiter w;
	struct verdict v;

	_cleanup_close_ int plain = waiter_pidfd(a, &w, &v);
	if (plain < 0)
		return v;
	if (fcntl(plain, F_GETFL) & O_NONBLOCK)
		return answer_fail("a pidfd made without PIDFD_NONBLOCK does not block");
	_cleanup_close_ int pidfd = sys_pidfd_open(w.pid, PIDFD_NONBLOCK);
	if (pidfd < 0)
		return answer_refused(a, "pidfd_open(NONBLOCK)", errno);
	return judge(a, &w, pidfd);
}

const struct probe probe_proc_pidfd_nonblock = {
	.about = "a process can be waited for by its pidfd without blocking",
	.how = "waitid(2) by a pidfd with PIDFD_NONBLOCK must be EAGAIN while the child "
	       "lives and tell its status then. Without the flag the pidfd must block.",
	.man = "pidfd_open(2)",
	.since = NULL,
	.needed_by = "event loops of supervisors (systemd, Rust's and Go's runtimes)",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(pidfd_open, waitid),
	.ask = ask,
};
