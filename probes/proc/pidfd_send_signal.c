/*
 * Can a process be sent a signal by its pidfd? (probes.md row 138.) A pid may be another
 * process's by then, a pidfd never is.
 *
 * A signal that is blocked is sent to this process by its pidfd: it must be pending then,
 * from this process, where none was before. A descriptor that is no pidfd has to be
 * EBADF.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>

#include "proc.h"
#include "uapi/pidfd.h"

/* Takes the signal if it is pending: who sent it, or -1. */
static int take_signal(const sigset_t *set)
{
	struct timespec at_once = { 0 };
	siginfo_t info;

	return sigtimedwait(set, &info, &at_once) < 0 ? -1 : info.si_pid;
}

static struct verdict ask_blocked(const struct ask *a, int pidfd, const sigset_t *set)
{
	_cleanup_close_ int other = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (take_signal(set) != -1)
		return answer_error("sigtimedwait", 0, "a signal was pending before");
	if (sys_pidfd_send_signal(pidfd, SIGUSR1) < 0)
		return answer_refused(a, "pidfd_send_signal", errno);
	if (take_signal(set) != getpid())
		return answer_fail(
			"pidfd_send_signal succeeded, but the process did not get the "
			"signal from itself");
	if (sys_pidfd_send_signal(other, SIGUSR1) == 0 || errno != EBADF)
		return answer_fail(
			"pidfd_send_signal took a descriptor that is no pidfd");
	return answer_pass(
		"a process got a signal sent to its pidfd; a descriptor that is no "
		"pidfd was EBADF");
}

static struct verdict ask(const struct ask *a)
{
	sigset_t set, before;
	struct verdict v;

	_cleanup_close_ int pidfd = pidfd_self(a, &v);
	if (pidfd < 0)
		return v;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, &before);
	v = ask_blocked(a, pidfd, &set);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return v;
}

const struct probe probe_proc_pidfd_send_signal = {
	.about = "a process can be signalled by a descriptor, so that no other is hit",
	.how = "A process sends itself a signal by its pidfd and must have it; it had "
	       "none before. A descriptor that is no pidfd must be EBADF.",
	.man = "pidfd_send_signal(2)",
	.since = "5.1",
	.needed_by = "containerd, systemd, Go (os.Process)",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(pidfd_send_signal, pidfd_open),
	.ask = ask,
};
