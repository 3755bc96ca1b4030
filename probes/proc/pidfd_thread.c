/*
 * Can a single thread be held by a descriptor? (probes.md row 142.)
 *
 * A second thread is made. pidfd_open(2) of its id must be refused without PIDFD_THREAD,
 * as that id is no process's, which is the control; with the flag the descriptor must
 * tell nothing while the thread lives, and its end while the process goes on. A pidfd of
 * the process itself is made first, so that EINVAL means the flag (before 6.9).
 */
#include <errno.h>
#include <poll.h>
#include <sys/syscall.h>

#include "partner.h"
#include "proc.h"
#include "uapi/pidfd.h"

#define PATIENCE_MS 1000 /* a thread is joined a moment before it has ended */

static int own_tid(void)
{
	return syscall(SYS_gettid);
}

/* The descriptor of the thread, or -1 with *ret_refused. */
static int hold(const struct ask *a, struct partner *thread, struct verdict *ret_refused)
{
	int tid = partner_do(thread, own_tid);

	_cleanup_close_ int plain = sys_pidfd_open(tid, 0);
	if (plain >= 0) {
		*ret_refused =
			answer_fail("pidfd_open gave a pidfd for the id of a thread");
		return -1;
	}
	_cleanup_close_ int held = sys_pidfd_open(tid, PIDFD_THREAD);
	if (held < 0) {
		*ret_refused = answer_refused(a, "pidfd_open(THREAD)", errno);
		return -1;
	}
	if (!pidfd_tells_end(held))
		return TAKE_FD(held);
	*ret_refused =
		answer_fail("a descriptor told the end of a thread that was alive");
	return -1;
}

static struct verdict ask(const struct ask *a)
{
	struct partner thread;
	struct verdict v;

	_cleanup_close_ int self = pidfd_self(a, &v);
	if (self < 0)
		return v;
	int err = partner_start(&thread);
	if (err)
		return answer_refused(a, "clone(thread)", err);
	_cleanup_close_ int held = hold(a, &thread, &v);
	partner_end(&thread);
	if (held < 0)
		return v;
	struct pollfd pfd = { .fd = held, .events = POLLIN };
	if (poll(&pfd, 1, PATIENCE_MS) != 1)
		return answer_fail(
			"a descriptor of a thread does not tell that it has ended");
	if (pidfd_tells_end(self))
		return answer_fail("the end of a thread was told as that of its process");
	return answer_pass(
		"a descriptor of a thread told its end, and nothing while it lived; "
		"without PIDFD_THREAD there is none");
}

const struct probe probe_proc_pidfd_thread = {
	.about = "a single thread can be held by a descriptor",
	.how = "A descriptor of a second thread must tell its end while the process goes "
	       "on; without PIDFD_THREAD its id must be refused.",
	.man = "pidfd_open(2)",
	.since = "6.9",
	.needed_by = "supervisors of threads, systemd",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(pidfd_open),
	.ask = ask,
};
