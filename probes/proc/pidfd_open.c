/*
 * Can a process be held by a descriptor that tells when it ends? (probes.md row 139.)
 * Without it a supervisor may signal another process that has got the same pid.
 *
 * pidfd_open(2) of a child, and poll(2): nothing to read while the child waits for us, which
 * is the control, and readable once it was let go and has ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "answer.h"
#include "pool.h"

static bool told_end(int pidfd)
{
	struct pollfd pfd = { .fd = pidfd, .events = POLLIN };

	return poll(&pfd, 1, 0) == 1 && (pfd.revents & POLLIN);
}

/* The child: lives until the other end of the pipe is closed. */
static void wait_for_end(int parent, const int *pipe)
{
	char byte;

	close(pipe[1]);
	die_with_parent(parent);
	_exit(read(pipe[0], &byte, 1) != 0);
}

static struct verdict judge(const struct ask *a, pid_t pid, int *go)
{
	_cleanup_close_ int pidfd = syscall(SYS_pidfd_open, pid, 0);
	siginfo_t end;

	if (pidfd < 0)
		return answer_refused(a, "pidfd_open", errno);
	if (told_end(pidfd))
		return answer_fail("a pidfd told the end of a process that was alive");
	close(TAKE_FD(*go));
	/* Its end is waited for in another way, so that a slow machine is no fault. */
	if (waitid(P_PID, pid, &end, WEXITED | WNOWAIT) < 0)
		return answer_error(
			"waitid", errno, "a child of our own cannot be waited for");
	if (!told_end(pidfd))
		return answer_fail("a pidfd did not tell the end of its process");
	return answer_pass(
		"a pidfd told nothing while its child lived and was readable when it "
		"ended");
}

static struct verdict ask(const struct ask *a)
{
	int fds[2], parent = getpid();

	if (pipe2(fds, O_CLOEXEC) < 0)
		return answer_error("pipe", errno, "no pipe for a child");
	pid_t pid = fork();
	if (pid == 0)
		wait_for_end(parent, fds);
	int err = errno;
	close(fds[0]);
	_cleanup_close_ int go = fds[1];
	if (pid < 0)
		return answer_refused(a, "fork", err);
	struct verdict v = judge(a, pid, &go);
	if (go >= 0)
		close(TAKE_FD(go));
	waitpid(pid, NULL, 0);
	return v;
}

const struct probe probe_proc_pidfd_open = {
	.about = "a process can be held by a descriptor that tells when it ends",
	.man = "pidfd_open(2)",
	.since = "5.3",
	.calls = CALLS(pidfd_open),
	.ask = ask,
};
