#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ask.h"
#include "cgroup_mounts.h"
#include "cleanup.h"
#include "env.h"
#include "guard.h"
#include "pool.h"

static char name_[32];
static int pipe_ = -1; /* its write end: closed when we die, however we die */
static pid_t pid_;

const char *guard_name(void)
{
	if (!*name_)
		snprintf(name_, sizeof(name_), "plimsoll.%d", getpid());
	return name_;
}

/* Kills every process in a cgroup and waits until each is gone. Returns how many there were. */
static int kill_all(int cgroup)
{
	int fd = openat(cgroup, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	_cleanup_fclose_ FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	int pid, count = 0;

	while (f && fscanf(f, "%d", &pid) == 1) {
		_cleanup_close_ int pidfd = pid > 0 ? pidfd_of(pid) : -1;
		if (pid <= 0 || kill(pid, SIGKILL) < 0)
			continue;
		count++;
		struct pollfd p = { pidfd, POLLIN, 0 };
		if (pidfd >= 0)
			poll(&p, 1, 2000);
	}
	return count;
}

/*
 * Waits until the kernel says that a cgroup2 is empty, for a while at most; a v1 hierarchy
 * says nothing, there this is the pause between two tries.
 */
static void wait_empty(int cgroup)
{
	char text[256];

	_cleanup_close_ int fd = openat(cgroup, "cgroup.events", O_RDONLY | O_CLOEXEC);
	struct pollfd p = { fd, POLLPRI, 0 };
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	if (!strstr(text, "populated 0"))
		poll(&p, 1, 20);
}

/*
 * Removes `name` below dirfd and what is in it. A cgroup stays busy until its last process
 * is reaped, which the process's own parent does: wait for that a bounded number of times.
 */
static int remove_tree(int dirfd, const char *name, int depth)
{
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	write_file(fd, "cgroup.freeze", "0");
	write_file(fd, "freezer.state", "THAWED");
	while (depth && (e = readdir(dir)))
		if (e->d_type == DT_DIR && strcmp(e->d_name, ".") &&
			strcmp(e->d_name, ".."))
			remove_tree(fd, e->d_name, depth - 1);
	for (int tries = 0; unlinkat(dirfd, name, AT_REMOVEDIR) < 0; tries++) {
		if (errno == ENOENT)
			break;
		if (errno != EBUSY || tries == 50)
			return -errno;
		if (!kill_all(fd))
			wait_empty(fd);
	}
	return 0;
}

static bool ours(const char *entry, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(entry, name, len) && (!entry[len] || entry[len] == '.');
}

/* Every cgroup of ours in one directory. Returns how many, or -errno. */
static int sweep_dir(const char *path, const char *name, bool destroy)
{
	_cleanup_closedir_ DIR *dir = opendir(path);
	const struct dirent *e;
	int count = 0, err = 0;

	while (dir && (e = readdir(dir))) {
		if (e->d_type != DT_DIR || !ours(e->d_name, name))
			continue;
		count++;
		int r = destroy ? remove_tree(dirfd(dir), e->d_name, 32) : 0;
		if (r < 0)
			err = r;
	}
	return err ? err : count;
}

/* The directories in which cgroups of ours may be: each hierarchy's top and our own place. */
static int sweep(const char *name, bool destroy)
{
	struct env env = { 0 };
	struct env_cgroup cg;
	_cleanup_free_ struct cgroup_mount *mounts = NULL;
	int count = 0, err = 0, r;

	ssize_t n = cgroup_mounts(env.prefix, &mounts);
	for (ssize_t i = 0; i < n; i++) {
		r = sweep_dir(mounts[i].target, name, destroy);
		count += r > 0 ? r : 0;
		err = r < 0 ? r : err;
	}
	if (env_cgroup(&env, &cg) == 0 && *cg.own && strcmp(cg.own, cg.mount)) {
		r = sweep_dir(cg.own, name, destroy);
		count += r > 0 ? r : 0;
		err = r < 0 ? r : err;
	}
	return err ? err : count;
}

int guard_remove(const char *name)
{
	return sweep(name, true);
}

int guard_remove_below(const char *dir, const char *name)
{
	return sweep_dir(dir, name, true);
}

int guard_count(const char *name)
{
	return sweep(name, false);
}

void guard_watch(int pid)
{
	if (pipe_ >= 0 && write(pipe_, &pid, sizeof(pid)) < 0)
		return; /* no guardian any more: guard_stop() does its work */
}

/* The pid namespaces that live: descriptors of their first processes. */
struct watched {
	struct pollfd fds[256];
	size_t count;
};

static void watch(struct watched *w, int pid)
{
	size_t n = 0;

	/* Those that have ended make room. */
	poll(w->fds, w->count, 0);
	for (size_t i = 0; i < w->count; i++) {
		if (w->fds[i].revents)
			close(w->fds[i].fd);
		else
			w->fds[n++] = w->fds[i];
	}
	w->count = n;
	int fd = n < ARRAY_SIZE(w->fds) ? pidfd_of(pid) : -1;
	if (fd >= 0)
		w->fds[w->count++] = (struct pollfd) { fd, POLLIN, 0 };
}

/*
 * Waits for our end, then cleans up: what is frozen is thawed and killed, then nothing is
 * left that could make a cgroup, then none is left. Stays clear of our terminal, pipes and
 * process group.
 */
static void guard(int in, const char *name)
{
	struct watched watched = { .count = 0 };
	ssize_t n;
	int pid;

	setsid();
	prctl(PR_SET_NAME, "plimsoll-guard");
	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_IGN);
	int null = open("/dev/null", O_RDWR);
	for (int fd = 0; fd <= 2; fd++)
		dup2(null, fd);
	if (dup2(in, 3) < 0 || chdir("/") < 0)
		_exit(1);
	close_above(3);
	while ((n = read(3, &pid, sizeof(pid))) != 0) {
		if (n == sizeof(pid))
			watch(&watched, pid);
		else if (errno != EINTR)
			break;
	}
	guard_remove(name);
	for (size_t i = 0; i < watched.count; i++)
		poll(&watched.fds[i], 1, 10000);
	_exit(guard_remove(name) < 0);
}

int guard_start(void)
{
	int fds[2];

	if (pid_)
		return 0;
	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	guard_name();
	pid_t pid = fork();
	if (pid == 0) {
		signal(SIGCHLD, SIG_DFL);
		close(fds[1]);
		guard(fds[0], name_);
	}
	int err = errno;
	close(fds[0]);
	if (pid < 0) {
		close(fds[1]);
		return -err;
	}
	pid_ = pid;
	pipe_ = fds[1];
	return 0;
}

void guard_stop(void)
{
	int status = 0;

	if (!pid_)
		return;
	close(TAKE_FD(pipe_));
	while (waitpid(pid_, &status, 0) < 0 && errno == EINTR)
		;
	/* Somebody may have ended the guardian before its time. */
	if (status)
		guard_remove(name_);
	pid_ = 0;
}
