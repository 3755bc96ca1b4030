/*
 * Does clone3(2) make a process? (probes.md row 147.) The C library and the container
 * managers try it first; a filter that answers EPERM instead of ENOSYS breaks them.
 *
 * A null call would show that it exists, but not that it does anything. So a child is
 * made, with CLONE_PIDFD; it must end with the status it was given, and the pidfd must
 * tell so. The control is an argument of a later version than any, which must be E2BIG
 * and make nothing.
 */
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc.h"

#define STATUS 42

/* The argument with a field so far behind that no later version has it soon. */
struct later {
	struct clone_args args;
	uint64_t gap[128], unknown;
};

static struct verdict judge(pid_t pid, int pidfd)
{
	siginfo_t end;

	/* Its end is waited for in another way, so that a slow machine is no fault. */
	if (waitid(P_PID, pid, &end, WEXITED | WNOWAIT) < 0)
		return answer_fail("the process that clone3 made is not a child of ours");
	bool told = pidfd_tells_end(pidfd);
	waitpid(pid, NULL, 0);
	if (!told)
		return answer_fail(
			"the pidfd that clone3 gave did not tell that its child had "
			"ended");
	if (end.si_code != CLD_EXITED || end.si_status != STATUS)
		return answer_fail(
			"the child that clone3 made did not end with the status it was "
			"given");
	return answer_pass(
		"a child made with CLONE_PIDFD ended with the status it was given, and "
		"its pidfd told so");
}

static struct verdict ask(const struct ask *a)
{
	int32_t pidfd = -1;
	struct later later = { .unknown = 1 };
	struct clone_args *args = &later.args;

	args->flags = CLONE_PIDFD;
	args->pidfd = (uintptr_t)&pidfd;
	args->exit_signal = SIGCHLD;
	pid_t pid = syscall(SYS_clone3, args, sizeof(*args));
	if (pid == 0)
		_exit(STATUS);
	if (pid < 0)
		return answer_refused(a, "clone3", errno);
	_cleanup_close_ int fd = pidfd;
	struct verdict v = judge(pid, fd);
	if (v.outcome != OUTCOME_PASS)
		return v;

	pid = syscall(SYS_clone3, &later, sizeof(later));
	if (pid == 0)
		_exit(STATUS);
	if (pid > 0 || errno != E2BIG)
		return answer_fail(
			"clone3 did not refuse a field that it cannot know with E2BIG");
	return v;
}

const struct probe probe_proc_clone3 = {
	.about = "clone3(2) makes processes",
	.how = "A child made with CLONE_PIDFD must end with its status, and its pidfd "
	       "tell so; an argument of a later version than any must be E2BIG.",
	.man = "clone3(2)",
	.since = "5.3",
	.needed_by = "the C library, systemd, crun, Go",
	.blocked_by =
		"seccomp (ENOSYS by Docker's profile without CAP_SYS_ADMIN, EPERM by old "
		"ones)",
	.needs = PROBE_SHARES,
	.calls = CALLS(clone3),
	.ask = ask,
};
