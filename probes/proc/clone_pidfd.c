/*
 * Does clone(2) give a pidfd of the child it makes? (probes.md row 139.) One that is
 * opened later may be another process's, if the child was reaped meanwhile.
 *
 * The old call, as clone3(2) is a question of its own. A child is made with CLONE_PIDFD
 * and waits: the descriptor must be that child's, tell nothing yet, and its end when it
 * has ended. A kernel before 5.2 takes the flag and does nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "proc.h"
#include "uapi/sched.h"

static char stack[16384]
	__attribute__((aligned(16))); /* of the child, in its own memory */

/* The child. As its memory is a copy, all it has to do is not to come back. */
static int wait_for_end(void *arg)
{
	const int *fds = arg;
	char byte;

	close(fds[1]);
	return read(fds[0], &byte, 1) == 0 ? WAITER_STATUS : 1;
}

static struct verdict judge(const struct ask *a, struct waiter *w, int pidfd)
{
	if (pidfd < 0)
		return answer_absent(
			"clone made a child, but gave no pidfd for CLONE_PIDFD");
	if (pidfd_pid(a->env, pidfd) != w->pid)
		return answer_fail(
			"the descriptor that clone gave is not the child's pidfd");
	if (pidfd_tells_end(pidfd))
		return answer_fail("a pidfd told the end of a process that was alive");
	if (waiter_finish(w) < 0 || !pidfd_tells_end(pidfd))
		return answer_fail(
			"the pidfd that clone gave did not tell that its child had "
			"ended");
	return answer_pass(
		"a child made with CLONE_PIDFD had its pidfd, which told nothing "
		"while it lived, and its end");
}

/* Can a child be made without the flag? */
static bool can_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid > 0 && waitpid(pid, NULL, 0) == pid;
}

static struct verdict refused(const struct ask *a, int err)
{
	if (err == EINVAL && a->env->seccomp == 2 && !can_fork())
		return answer_denied("seccomp",
			"a seccomp filter answers EINVAL to every clone, whatever its "
			"arguments",
			"allow clone in the seccomp profile of the container or service "
			"this runs in",
			"clone: EINVAL, with CLONE_PIDFD and without");
	return answer_refused(a, "clone(PIDFD)", err);
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_waiter_ struct waiter w = { .go = -1 };
	int fds[2], made = -1;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return answer_error("pipe", errno, "no pipe for a child");
	int pid = clone(
		wait_for_end, stack + sizeof(stack), CLONE_PIDFD | SIGCHLD, fds, &made);
	int err = errno;
	close(fds[0]);
	w.go = fds[1];
	_cleanup_close_ int pidfd = made;
	if (pid < 0)
		return refused(a, err);
	w.pid = pid;
	return judge(a, &w, pidfd);
}

const struct probe probe_proc_clone_pidfd = {
	.about = "clone(2) gives a descriptor of the process it makes",
	.how = "A child is made with CLONE_PIDFD: the descriptor must be its own, tell "
	       "nothing while it lives, and its end.",
	.man = "clone(2)",
	.since = "5.2",
	.needed_by = "Go (os.Process), systemd, LXC",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(clone),
	.ask = ask,
};
