#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "foreground.h"
#include "pool.h"
#include "terminal.h"
#include "uapi/unistd.h"

/* All but those that say something of this process itself. */
static void handed_on(sigset_t *set)
{
	static const int own[] = { SIGCHLD, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT,
		SIGTRAP, SIGSYS, SIGURG, SIGTTIN, SIGTTOU, SIGTSTP, SIGWINCH, SIGPIPE };

	sigfillset(set);
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		sigdelset(set, own[i]);
}

void foreground_begin(void)
{
	sigset_t set;

	handed_on(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static int status_of(pid_t pid, struct failure *f)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return fail(f, errno, "waitpid");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void hand_on(int signals, int pidfd)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) == sizeof(info))
		syscall(SYS_pidfd_send_signal, pidfd, (int)info.ssi_signo, NULL, 0);
}

int foreground_wait(pid_t pid, int master, struct failure *f)
{
	sigset_t set;

	handed_on(&set);
	_cleanup_close_ int signals = signalfd(-1, &set, SFD_CLOEXEC);
	_cleanup_close_ int pidfd = pidfd_of(pid);
	if (signals < 0 || pidfd < 0)
		return fail(f, pidfd < 0 ? -pidfd : errno,
			"cannot watch the container's process");
	if (master >= 0) {
		int r = terminal_relay(master, pidfd, f);
		return r < 0 ? r : status_of(pid, f);
	}
	struct pollfd fds[2] = { { pidfd, POLLIN, 0 }, { signals, POLLIN, 0 } };
	while (!(fds[0].revents & POLLIN)) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return fail(f, errno, "poll");
		if (fds[1].revents & POLLIN)
			hand_on(signals, pidfd);
	}
	return status_of(pid, f);
}
