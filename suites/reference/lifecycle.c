/* What happens to a container that is made: started, and destroyed. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "hooks.h"
#include "make.h"
#include "seccomp_filter.h"
#include "sync.h"

#define GONE_MS 10000 /* for a killed process to end */

static int connect_start(const struct container *c, struct failure *f)
{
	struct sockaddr_un addr;
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	container_address(c, &addr);
	if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return fail(f, errno, "container %s: its first process cannot be reached",
			c->id);
	return TAKE_FD(fd);
}

static int hand_listener(const struct container *c, const struct config *config,
	int socket, int listener, struct failure *f)
{
	json_auto_t *state = container_state(c, CONTAINER_CREATED);
	struct sync_message answer = { .what = SYNC_DONE };

	int r = seccomp_filter_notify(
		config_get(config->os, "seccomp"), state, listener, c->pid, f);
	if (r < 0) {
		answer.what = SYNC_FAILED;
		answer.failure = *f;
	}
	sync_send(socket, &answer, -1);
	return r;
}

/* Its end of the socket is closed by execve(2): then the program runs. */
static int follow_start(const struct container *c, const struct config *config,
	int socket, struct failure *f)
{
	struct sync_message m;

	for (;;) {
		_cleanup_close_ int listener = -1;
		int r = sync_receive(socket, &m, &listener);
		if (r == -EPIPE || r == -ECONNRESET)
			return 0;
		if (r < 0)
			return fail(f, -r, "container %s: start", c->id);
		if (m.what == SYNC_FAILED) {
			*f = m.failure;
			return -f->err;
		}
		if (m.what == SYNC_LISTENER)
			r = hand_listener(c, config, socket, listener, f);
		if (r < 0)
			return r;
	}
}

int container_start(struct container *c, const struct config *config, struct failure *f)
{
	struct sync_message start = { .what = SYNC_START };
	struct failure later;

	_cleanup_close_ int socket = connect_start(c, f);
	if (socket < 0)
		return socket;
	int r = sync_send(socket, &start, -1);
	r = r < 0 ? fail(f, -r, "container %s: start", c->id)
		  : follow_start(c, config, socket, f);
	if (r < 0)
		return r;
	unlinkat(c->dir, "start.sock", 0);
	json_auto_t *state = container_state(c, CONTAINER_RUNNING);
	r = hooks_run(config, "poststart", state, HOOKS_STOP, f);
	if (r < 0)
		container_destroy(c, config, &later);
	return r;
}

/* Kills the first process, with a pid namespace of its own all of it, and waits for its end. */
static int end_process(const struct container *c, struct failure *f)
{
	_cleanup_close_ int pidfd = container_pidfd(c);
	struct pollfd gone = { pidfd, POLLIN, 0 };

	if (pidfd < 0)
		return 0;
	if (syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) < 0 && errno != ESRCH)
		return fail(f, errno, "container %s: kill", c->id);
	if (poll(&gone, 1, GONE_MS) <= 0)
		return fail(
			f, ETIMEDOUT, "container %s: its process does not end", c->id);
	return 0;
}

/* A frozen process does not even take SIGKILL on cgroup v1. */
static int end_all(struct container *c, struct failure *f)
{
	if (cgroups_frozen(&c->cgroups))
		cgroups_freeze(&c->cgroups, false, f);
	int r = end_process(c, f);
	if (c->pid)
		waitpid(c->pid, NULL,
			WNOHANG); /* ours, in `run` and after a failed create */
	return r < 0 ? r : cgroups_destroy(&c->cgroups, f);
}

int container_destroy(struct container *c, const struct config *config, struct failure *f)
{
	struct failure ignored;

	int r = end_all(c, f);
	if (r == 0)
		r = container_remove(c, f);
	if (r < 0 || !config)
		return r;
	json_auto_t *state = container_state(c, CONTAINER_STOPPED);
	hooks_run(config, "poststop", state, HOOKS_GO_ON, &ignored);
	return 0;
}
