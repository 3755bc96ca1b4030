#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "pool.h"
#include "uapi/close_range.h"

#define WORKERS_MAX 64

struct worker {
	pid_t pid; /* 0: idle */
	int pidfd; /* -1 on a kernel without: the end of the pipe says the same */
	int out;   /* read end; -1 once it is at its end */
	size_t index;
	double start;
	char *data;
	size_t size;
	struct pool_result result;
};

double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e3 + ts.tv_nsec / 1e6;
}

int pidfd_of(int pid)
{
	int fd = syscall(SYS_pidfd_open, pid, 0);
	return fd < 0 ? -errno : fd;
}

void die_with_parent(int parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
}

void close_above(int last)
{
	if (sys_close_range(last + 1, ~0U, 0) == 0)
		return;
	for (int fd = last + 1; fd < 65536; fd++)
		close(fd);
}

static void child(const struct pool *pool, size_t index, int out, pid_t parent)
{
	setpgid(0, 0);
	die_with_parent(parent);
	pool->job(pool->ctx, index, out);
	_exit(0);
}

static int start(const struct pool *pool, struct worker *w, size_t index)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	pid_t parent = getpid(), pid = fork();
	if (pid == 0) {
		close(fds[0]);
		child(pool, index, fds[1], parent);
	}
	int err = errno;
	close(fds[1]);
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	if (pid < 0) {
		close(fds[0]);
		return -err;
	}
	setpgid(pid, pid); /* in both, so that it is so before either goes on */
	*w = (struct worker) { .pid = pid,
		.pidfd = pidfd_of(pid),
		.out = fds[0],
		.index = index,
		.start = now_ms() };
	return 0;
}

/* The whole process group: what a question forked must not stay behind. */
static void end_group(const struct worker *w)
{
	kill(-w->pid, SIGKILL);
	kill(w->pid, SIGKILL);
}

static void take_output(struct worker *w)
{
	if (w->size - w->result.len < 4096) {
		size_t size = w->size ? w->size * 2 : 8192;
		char *data = realloc(w->data, size);
		if (!data) {
			w->result.flooded = true;
			end_group(w);
			close(TAKE_FD(w->out));
			return;
		}
		w->data = data;
		w->size = size;
	}
	ssize_t n = read(w->out, w->data + w->result.len, w->size - w->result.len);
	if (n > 0) {
		w->result.len += n;
	} else if (n == 0 || errno != EINTR) {
		close(TAKE_FD(w->out));
	}
	if (w->result.len > POOL_OUTPUT_MAX && !w->result.flooded) {
		w->result.flooded = true;
		end_group(w);
	}
}

/*
 * The child has ended. Its group is killed before it is reaped, while its pid cannot be
 * another's; what is left in the pipe is what it had said, and reading it does not wait.
 */
static void finish(const struct pool *pool, struct worker *w)
{
	end_group(w);
	while (w->out >= 0)
		take_output(w);
	while (waitpid(w->pid, &w->result.status, 0) < 0 && errno == EINTR)
		;
	if (w->pidfd >= 0)
		close(w->pidfd);
	w->result.ms = now_ms() - w->start;
	w->result.data = w->data;
	w->pid = 0;
	pool->done(pool->ctx, w->index, &w->result);
	free(w->data);
	w->data = NULL;
}

/* When it is to be killed. */
static double deadline_of(const struct pool *pool, const struct worker *w)
{
	double deadline = w->start + pool->deadline_ms;

	return pool->end && pool->end < deadline ? pool->end : deadline;
}

static int time_left(const struct pool *pool, const struct worker *workers, size_t n)
{
	double least = pool->deadline_ms, now = now_ms();

	for (size_t i = 0; i < n; i++) {
		double left = deadline_of(pool, &workers[i]) - now;
		if (workers[i].pid && left < least)
			least = left;
	}
	return least < 0 ? 0 : (int)least + 1;
}

/* Waits until a child says something, ends, or has reached its deadline. */
static void serve(const struct pool *pool, struct worker *workers, size_t n)
{
	struct pollfd fds[2 * WORKERS_MAX];

	for (size_t i = 0; i < n; i++) {
		fds[2 * i] = (struct pollfd) { workers[i].pid ? workers[i].out : -1,
			POLLIN, 0 };
		fds[2 * i + 1] = (struct pollfd) { workers[i].pid ? workers[i].pidfd : -1,
			POLLIN, 0 };
	}
	if (poll(fds, 2 * n, time_left(pool, workers, n)) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		struct worker *w = &workers[i];
		if (!w->pid)
			continue;
		if (fds[2 * i].revents)
			take_output(w);
		if (!w->result.late && now_ms() > deadline_of(pool, w)) {
			w->result.late = true;
			end_group(w);
		}
		if (fds[2 * i + 1].revents || (w->pidfd < 0 && w->out < 0))
			finish(pool, w);
	}
}

static size_t running_of(const struct worker *workers, size_t n)
{
	size_t running = 0;

	for (size_t i = 0; i < n; i++)
		running += workers[i].pid != 0;
	return running;
}

/* The end has come: those that have not been started are not any more. */
static size_t give_up(const struct pool *pool, size_t next, size_t count)
{
	struct pool_result never = { .late = true, .unstarted = true };

	if (!pool->end || now_ms() < pool->end)
		return next;
	for (; next < count; next++)
		pool->done(pool->ctx, next, &never);
	return next;
}

int pool_run(const struct pool *pool, size_t count)
{
	size_t n = pool->workers ? pool->workers : (size_t)sysconf(_SC_NPROCESSORS_ONLN);
	struct worker workers[WORKERS_MAX] = { 0 };
	size_t next = 0, running;
	int err = 0;

	if (n > WORKERS_MAX)
		n = WORKERS_MAX;
	do {
		err = 0;
		next = give_up(pool, next, count);
		for (size_t i = 0; i < n && next < count && err == 0; i++)
			if (!workers[i].pid &&
				(err = start(pool, &workers[i], next)) == 0)
				next++;
		/* Short of processes while some of ours still run: try again as they end. */
		running = running_of(workers, n);
		if (running)
			serve(pool, workers, n);
	} while (running);
	return err;
}
