#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pool.h"
#include "proc.h"
#include "uapi/pidfd.h"

#define FD_ROW_FROM 40 /* above what an engine's child has open */

/* The child: lives until the other end of the pipe is closed. */
static void wait_to_go(int parent, const int *pipe)
{
	char byte;

	close(pipe[1]);
	die_with_parent(parent);
	_exit(read(pipe[0], &byte, 1) == 0 ? WAITER_STATUS : 1);
}

int waiter_start(
	const struct ask *a, struct waiter *ret_waiter, struct verdict *ret_refused)
{
	int fds[2], parent = getpid();

	*ret_waiter = (struct waiter) { .go = -1 };
	if (pipe2(fds, O_CLOEXEC) < 0) {
		*ret_refused = answer_error("pipe", errno, "no pipe for a child");
		return -1;
	}
	pid_t pid = fork();
	if (pid == 0)
		wait_to_go(parent, fds);
	int err = errno;
	close(fds[0]);
	ret_waiter->go = fds[1];
	if (pid < 0) {
		*ret_refused = answer_refused(a, "fork", err);
		return -1;
	}
	ret_waiter->pid = pid;
	return 0;
}

int waiter_finish(struct waiter *w)
{
	siginfo_t end;

	close(TAKE_FD(w->go));
	return waitid(P_PID, w->pid, &end, WEXITED | WNOWAIT);
}

void waiter_end(struct waiter *w)
{
	if (w->go >= 0)
		close(TAKE_FD(w->go));
	if (w->pid > 0)
		waitpid(w->pid, NULL, 0);
	w->pid = 0;
}

int waiter_pidfd(
	const struct ask *a, struct waiter *ret_waiter, struct verdict *ret_refused)
{
	if (waiter_start(a, ret_waiter, ret_refused) < 0)
		return -1;
	int fd = sys_pidfd_open(ret_waiter->pid, 0);
	if (fd < 0)
		*ret_refused = answer_refused(a, "pidfd_open", errno);
	return fd;
}

int pidfd_self(const struct ask *a, struct verdict *ret_refused)
{
	int fd = sys_pidfd_open(getpid(), 0);

	if (fd < 0)
		*ret_refused = answer_refused(a, "pidfd_open", errno);
	return fd;
}

bool pidfd_tells_end(int pidfd)
{
	struct pollfd pfd = { .fd = pidfd, .events = POLLIN };

	return poll(&pfd, 1, 0) == 1 && (pfd.revents & POLLIN);
}

int pidfd_pid(const struct env *env, int pidfd)
{
	char path[64], text[1024];
	int pid;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
	ssize_t n = env_file(env, path, text, sizeof(text));
	if (n < 0)
		return n - 1;
	const char *line = strstr(text, "Pid:");
	return line && sscanf(line, "Pid: %d", &pid) == 1 ? pid : -ENODATA - 1;
}

bool has_initial_cap(const struct ask *a, int cap)
{
	return env_has_cap(a->env, cap) && !a->env->own_userns && !a->own_userns;
}

struct verdict refused_without(
	const struct ask *a, const char *stage, int err, int cap, const char *cap_name)
{
	struct verdict v = answer_refused(a, stage, err);

	if (v.outcome != OUTCOME_DENIED || err != EPERM || strcmp(v.layer, "unproven") ||
		has_initial_cap(a, cap))
		return v;
	VERDICT_TEXT(v.layer, "capability");
	VERDICT_TEXT(
		v.cause, "the asker lacks %s in the initial user namespace", cap_name);
	VERDICT_TEXT(v.remedy,
		"ask as root of the host; a container needs the capability and no user "
		"namespace of its own (docker, podman: --cap-add=%s)",
		cap_name + strlen("CAP_"));
	return v;
}

int fd_row_make(int fd)
{
	int first = fcntl(fd, F_DUPFD, FD_ROW_FROM);

	for (int i = 1; first >= 0 && i < FD_ROW; i++)
		if (fcntl(fd, F_DUPFD, first + i) != first + i)
			return -1;
	return first;
}

bool fd_row_is(int first, int middle)
{
	for (int i = 0; i < FD_ROW; i++) {
		bool end = i == 0 || i == FD_ROW - 1;
		if (fcntl(first + i, F_GETFD) != (end ? 0 : middle))
			return false;
	}
	return true;
}
