/*
 * Can a descriptor be taken over from another process? (probes.md row 141.) So a
 * supervisor that answers a process's system calls gets at the socket or file the call is
 * about.
 *
 * A child holds a socket pair that we do not have, and says the number of one end. That
 * end is taken with pidfd_getfd(2) and written to: the child must read our byte from the
 * other end. A number that the child has not open is EBADF. The rules are ptrace(2)'s:
 * one's own child may be asked, unless Yama's ptrace_scope is 2 or 3.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "pool.h"
#include "proc.h"
#include "uapi/pidfd.h"

#define BYTE 42
#define NONE 50 /* a descriptor that the child has not open */

/* The child: ends with the byte that it reads. */
static void hold_socket(int parent, int out)
{
	unsigned char byte = 0;
	int fds[2];

	die_with_parent(parent);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0 ||
		write(out, &fds[0], sizeof(fds[0])) != sizeof(fds[0]) ||
		read(fds[1], &byte, 1) != 1)
		_exit(1);
	_exit(byte);
}

static struct verdict refused(const struct ask *a, int err)
{
	struct verdict v =
		refused_without(a, "pidfd_getfd", err, CAP_SYS_PTRACE, "CAP_SYS_PTRACE");
	long long scope = env_number(a->env, "/proc/sys/kernel/yama/ptrace_scope");

	if (v.outcome != OUTCOME_DENIED || !strcmp(v.layer, "seccomp") || err != EPERM ||
		scope < 2)
		return v;
	VERDICT_TEXT(v.layer, "sysctl");
	VERDICT_TEXT(v.cause, "sysctl kernel.yama.ptrace_scope is %lld%s", scope,
		scope == 2 ? " and the asker lacks CAP_SYS_PTRACE" : "");
	VERDICT_TEXT(v.remedy,
		scope == 2
			? "sysctl -w kernel.yama.ptrace_scope=1 (a parent may then trace "
			  "its children)"
			: "boot with kernel.yama.ptrace_scope below 3: 3 cannot be "
			  "undone");
	return v;
}

static struct verdict take_over(const struct ask *a, int pid, int number)
{
	unsigned char byte = BYTE;
	siginfo_t end = { 0 };

	_cleanup_close_ int pidfd = sys_pidfd_open(pid, 0);
	if (pidfd < 0)
		return answer_refused(a, "pidfd_open", errno);
	_cleanup_close_ int fd = sys_pidfd_getfd(pidfd, number);
	if (fd < 0)
		return refused(a, errno);
	if (sys_pidfd_getfd(pidfd, NONE) >= 0 || errno != EBADF)
		return answer_fail(
			"pidfd_getfd gave a descriptor that the process has not");
	if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1 ||
		waitid(P_PID, pid, &end, WEXITED | WNOWAIT) < 0 ||
		end.si_code != CLD_EXITED || end.si_status != BYTE)
		return answer_fail(
			"pidfd_getfd gave a descriptor, but what is written to it does "
			"not reach the child");
	return answer_pass(
		"a child read what was written to a socket taken over from it; a "
		"number it has not open was EBADF");
}

static struct verdict ask(const struct ask *a)
{
	int fds[2], number, parent = getpid();
	struct verdict v;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return answer_error("pipe", errno, "no pipe for a child");
	pid_t pid = fork();
	if (pid == 0)
		hold_socket(parent, fds[1]);
	int err = errno;
	close(fds[1]);
	_cleanup_close_ int in = fds[0];
	if (pid < 0)
		return answer_refused(a, "fork", err);
	if (read(in, &number, sizeof(number)) == sizeof(number))
		v = take_over(a, pid, number);
	else
		v = answer_error("socketpair", 0, "the child has no socket pair");
	kill(pid, SIGKILL); /* it may still wait for a byte */
	waitpid(pid, NULL, 0);
	return v;
}

const struct probe probe_proc_pidfd_getfd = {
	.about = "a supervisor can take over a descriptor of another process",
	.how = "One end of a socket pair is taken from a child, which must read our byte "
	       "from the other; a number that it has not open must be EBADF.",
	.man = "pidfd_getfd(2)",
	.since = "5.6",
	.needed_by = "bypass4netns, LXD and Incus (system call interception), CRIU",
	.blocked_by = "seccomp; kernel.yama.ptrace_scope 2 or 3 (EPERM)",
	.needs = PROBE_SHARES,
	.calls = CALLS(pidfd_getfd, pidfd_open),
	.ask = ask,
};
