#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "answer.h"
#include "guard.h"
#include "pool.h"
#include "record.h"
#include "setting.h"

int write_file(int dirfd, const char *path, const char *text)
{
	_cleanup_close_ int fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ssize_t len = strlen(text);
	ssize_t n = write(fd, text, len);
	return n == len ? 0 : n < 0 ? -errno : -EIO;
}

/*
 * A change of credentials makes a process undumpable, its /proc files root's, and forgets
 * the signal for its parent's death: all three are set right again.
 */
void after_credentials(int parent)
{
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	die_with_parent(parent);
}

static int write_map(const struct ask *a, const char *file, const char *text,
	struct verdict *ret_refused)
{
	char stage[32];

	int r = write_file(AT_FDCWD, file, text);
	if (r == 0)
		return 0;
	snprintf(stage, sizeof(stage), "write(%s)", strrchr(file, '/') + 1);
	*ret_refused = answer_refused(a, stage, -r);
	return -1;
}

/* setgroups(2) has to be given up before an unprivileged process may map gids (3.19). */
static int write_maps(const struct ask *a, int pid, const char *uid_map,
	const char *gid_map, bool give_up_setgroups, struct verdict *ret_refused)
{
	char file[64];

	snprintf(file, sizeof(file), "/proc/%d/setgroups", pid);
	if (gid_map && give_up_setgroups && write_map(a, file, "deny", ret_refused) < 0)
		return -1;
	snprintf(file, sizeof(file), "/proc/%d/uid_map", pid);
	if (write_map(a, file, uid_map, ret_refused) < 0)
		return -1;
	snprintf(file, sizeof(file), "/proc/%d/gid_map", pid);
	return gid_map ? write_map(a, file, gid_map, ret_refused) : 0;
}

int map_self(const struct ask *a, uid_t uid, gid_t gid, struct verdict *ret_refused)
{
	char uids[32], gids[32];

	snprintf(uids, sizeof(uids), "0 %u 1", uid);
	snprintf(gids, sizeof(gids), "0 %u 1", gid);
	return write_maps(a, getpid(), uids, gids, true, ret_refused);
}

/* The child of ask_userns(): makes the namespace, says so or why not, and waits to go. */
static void hold_userns(int parent, int say, int go)
{
	char byte;

	die_with_parent(parent);
	int err = unshare(CLONE_NEWUSER) < 0 ? errno : 0;
	after_credentials(parent);
	if (write(say, &err, sizeof(err)) == sizeof(err) && read(go, &byte, 1) < 0)
		_exit(1);
	_exit(0);
}

static int take_userns(const struct ask *a, int pid, int said, const char *uid_map,
	const char *gid_map, struct verdict *ret_refused)
{
	char path[64];
	int err = EIO;

	ssize_t n = read(said, &err, sizeof(err));
	if (n != sizeof(err) || err) {
		*ret_refused = answer_refused(a, "unshare(user)", err);
		return -1;
	}
	/* In a namespace where setgroups was given up already, a child is born so. */
	bool privileged = env_has_cap(a->env, CAP_SETGID) && !a->own_userns;
	if (write_maps(a, pid, uid_map, gid_map, !privileged, ret_refused) < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		*ret_refused = answer_error(
			"open(ns/user)", errno, "%s: %s", path, strerror(errno));
	return fd;
}

int ask_userns(const struct ask *a, const char *uid_map, const char *gid_map,
	struct verdict *ret_refused)
{
	int say[2], go[2], parent = getpid();

	if (pipe2(say, O_CLOEXEC) < 0 || pipe2(go, O_CLOEXEC) < 0) {
		*ret_refused = answer_error("pipe", errno, "pipe: %s", strerror(errno));
		return -1;
	}
	pid_t pid = fork();
	if (pid == 0) {
		close(go[1]);
		hold_userns(parent, say[1], go[0]);
	}
	int err = errno;
	close(say[1]);
	close(go[0]);
	int fd = -1;
	if (pid < 0)
		*ret_refused = answer_error("fork", err, "fork: %s", strerror(err));
	else
		fd = take_userns(a, pid, say[0], uid_map, gid_map, ret_refused);
	close(say[0]);
	close(go[1]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return fd;
}

struct verdict ask_in_child(const struct ask *a,
	struct verdict (*fn)(const struct ask *a, void *arg), void *arg)
{
	struct verdict v;
	int fds[2], parent = getpid(), status;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return answer_error("pipe", errno, "pipe: %s", strerror(errno));
	pid_t pid = fork();
	if (pid == 0) {
		/* In a new pid namespace the parent is outside and seen as 0. */
		die_with_parent(getppid() ? parent : 0);
		v = fn(a, arg);
		struct iovec iov = { &v, sizeof(v) };
		_exit(writev(fds[1], &iov, 1) == sizeof(v) ? 0 : 1);
	}
	int err = errno;
	close(fds[1]);
	ssize_t n = pid < 0 ? 0 : read(fds[0], &v, sizeof(v));
	close(fds[0]);
	if (pid < 0)
		return answer_refused(a, "fork", err);
	waitpid(pid, &status, 0);
	if (n == sizeof(v))
		return v;
	return answer_error("fork", 0,
		"a child of the question ended without an answer: %s %d",
		WIFSIGNALED(status) ? "signal" : "exit status",
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}
