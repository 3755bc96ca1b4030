#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/magic.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spawn.h"
#include "sync.h"
#include "uapi/sched.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif
#define AFTER \
	(CLONE_NEWCGROUP | CLONE_NEWTIME) /* not by clone: see middle() and init.c */

/* A user namespace first: it owns those that are made with it. */
const struct namespace_type namespace_types[8] = {
	{ "user", "user", CLONE_NEWUSER },
	{ "cgroup", "cgroup", CLONE_NEWCGROUP },
	{ "ipc", "ipc", CLONE_NEWIPC },
	{ "uts", "uts", CLONE_NEWUTS },
	{ "network", "net", CLONE_NEWNET },
	{ "pid", "pid", CLONE_NEWPID },
	{ "time", "time", CLONE_NEWTIME },
	{ "mount", "mnt", CLONE_NEWNS },
};

static const struct namespace_type *type_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(namespace_types); i++)
		if (!strcmp(namespace_types[i].name, name))
			return &namespace_types[i];
	return NULL;
}

/* A fifo in the place of a namespace must not hold us up, a device not do anything. */
static int open_namespace(int dirfd, const char *path)
{
	struct statfs fs;

	_cleanup_close_ int fd = openat(dirfd, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstatfs(fd, &fs) < 0)
		return -errno;
	return fs.f_type == NSFS_MAGIC ? TAKE_FD(fd) : -EINVAL;
}

static int add_join(struct spawn *s, int fd, unsigned long flag, const char *field,
	const char *path, struct failure *f)
{
	if (fd < 0)
		return fail(f, -fd, "%s: open(%.400s)", field, path);
	struct join *j = &s->join[s->join_count++];
	*j = (struct join) { .fd = fd, .flag = flag };
	snprintf(j->field, sizeof(j->field), "%s", field);
	return 0;
}

int spawn_plan(const struct config *c, struct spawn *ret, struct failure *f)
{
	_cleanup_spawn_ struct spawn s = { .cgroup = -1 };
	char field[64];
	size_t i;
	json_t *ns;

	json_array_foreach(config_get(c->os, "namespaces"), i, ns) {
		const char *path = config_string(ns, "path");
		const struct namespace_type *t = type_of(config_string(ns, "type"));
		if (!path || !*path) {
			s.make |= t->flag;
			continue;
		}
		snprintf(field, sizeof(field), "linux.namespaces[%zu].path", i);
		int r = add_join(
			&s, open_namespace(AT_FDCWD, path), t->flag, field, path, f);
		if (r < 0)
			return r;
	}
	s.time_offsets = config_get(c->os, "timeOffsets");
	*ret = s;
	s.join_count = 0;
	return 0;
}

static bool own(int fd, const char *file)
{
	char path[64];
	struct stat theirs, ours;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", file);
	return fstat(fd, &theirs) == 0 && stat(path, &ours) == 0 &&
		theirs.st_ino == ours.st_ino && theirs.st_dev == ours.st_dev;
}

int spawn_plan_exec(pid_t pid, struct spawn *ret, struct failure *f)
{
	_cleanup_spawn_ struct spawn s = { .cgroup = -1 };
	char path[64];

	for (size_t i = 0; i < ARRAY_SIZE(namespace_types); i++) {
		const struct namespace_type *t = &namespace_types[i];
		snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, t->file);
		_cleanup_close_ int fd = open_namespace(AT_FDCWD, path);
		if (fd == -ENOENT || (fd >= 0 && own(fd, t->file)))
			continue;
		int r = add_join(&s, TAKE_FD(fd), t->flag, path, path, f);
		if (r < 0)
			return r;
	}
	*ret = s;
	s.join_count = 0;
	return 0;
}

void spawn_release(struct spawn *s)
{
	for (size_t i = 0; i < s->join_count; i++)
		close(s->join[i].fd);
}

/* As fork(2), with namespaces. clone3(2) alone can start in a cgroup; without it (ENOSYS, or a
 * filter's EPERM) the parent moves the child there. */
static pid_t clone_child(unsigned long flags, int cgroup, bool *ret_in_cgroup)
{
	bool sibling = flags & CLONE_PARENT;
	struct clone3_args args = { .flags = flags,
		.exit_signal = sibling ? 0 : SIGCHLD };

	if (cgroup >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = cgroup;
	}
	*ret_in_cgroup = cgroup >= 0;
	pid_t pid = sys_clone3(&args, sizeof(args));
	if (pid >= 0 || (errno != ENOSYS && errno != EPERM && cgroup < 0))
		return pid;
	return syscall(
		SYS_clone, flags | (sibling ? 0 : SIGCHLD), NULL, NULL, NULL, NULL);
}

/* Root of the user namespace that this process has just entered or made. */
static int become_root(struct failure *f)
{
	prctl(PR_SET_KEEPCAPS, 1);
	setgroups(0, NULL); /* not allowed where "deny" is in /proc/self/setgroups */
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return fail(f, errno,
			"linux.uidMappings, gidMappings: id 0 is not mapped: setresuid(0)");
	return 0;
}

/* The child: nothing is done before the parent has done its part. */
static void child(struct spawn *s, int socket)
{
	struct sync_message m;
	struct failure f = { 0 };
	bool entered = s->make & CLONE_NEWUSER;

	for (size_t i = 0; i < s->join_count; i++)
		entered = entered || s->join[i].flag == CLONE_NEWUSER;
	cleanup_close(&s->cgroup); /* a directory of the host is not for the container */
	if (sync_receive(socket, &m, NULL) < 0 || m.what != SYNC_DONE)
		_exit(1);
	if (entered && become_root(&f) < 0)
		sync_report(socket, &f);
	/* The container's processes must not reach into this one (CVE-2016-9962). */
	prctl(PR_SET_DUMPABLE, 0);
	s->main(s->ctx, socket);
}

/*
 * Joins what can be joined; those of another user namespace may have to wait until that has been
 * entered (then `last` is set).
 */
static int join_all(struct spawn *s, bool users, bool last, struct failure *f)
{
	for (size_t i = 0; i < s->join_count; i++) {
		struct join *j = &s->join[i];
		if (j->fd < 0 || (j->flag == CLONE_NEWUSER) != users)
			continue;
		if (setns(j->fd, j->flag) == 0) {
			close(j->fd);
			j->fd = -1;
		} else if (last || errno != EPERM) {
			return fail(f, errno, "%s: setns", j->field);
		}
	}
	return 0;
}

static int write_offsets(const json_t *offsets, struct failure *f)
{
	const char *clock;
	json_t *o;
	char line[128];

	_cleanup_close_ int fd = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
	json_object_foreach((json_t *)offsets, clock, o) {
		snprintf(line, sizeof(line), "%s %lld %lld\n", clock,
			config_integer(o, "secs", 0), config_integer(o, "nanosecs", 0));
		if (fd < 0 || write(fd, line, strlen(line)) < 0)
			return fail(f, errno,
				"linux.timeOffsets.%s: write(timens_offsets)", clock);
	}
	return 0;
}

static int enter(struct spawn *s, int socket, struct failure *f)
{
	int r = join_all(s, false, false, f);

	if (r == 0)
		r = join_all(s, true, true, f);
	if (r == 0 && (s->make & CLONE_NEWUSER)) {
		if (unshare(CLONE_NEWUSER) < 0)
			return fail(f, errno, "linux.namespaces: unshare(CLONE_NEWUSER)");
		r = sync_ask(socket, SYNC_MAP, 0, -1, NULL, f);
		if (r == 0)
			r = become_root(f);
	}
	if (r == 0)
		r = join_all(s, false, true, f);
	if (r < 0 || !(s->make & CLONE_NEWTIME))
		return r;
	if (unshare(CLONE_NEWTIME) < 0)
		return fail(f, errno, "linux.namespaces: unshare(CLONE_NEWTIME)");
	return write_offsets(s->time_offsets, f);
}

/*
 * The process between: pid and time namespaces hold only for later children, and what is joined
 * would be joined by the runtime itself. The child that it makes is its sibling.
 */
static void middle(struct spawn *s, int socket)
{
	struct failure f = { 0 };

	/* Its files in /proc are root's then: the maps of an unprivileged caller's are written first. */
	if (!(s->make & CLONE_NEWUSER))
		prctl(PR_SET_DUMPABLE, 0);
	if (enter(s, socket, &f) < 0)
		sync_report(socket, &f);
	unsigned long flags = (s->make & ~(CLONE_NEWUSER | AFTER)) | CLONE_PARENT;
	pid_t pid = clone_child(flags, -1, &s->in_cgroup);
	if (pid == 0)
		child(s, socket);
	if (pid < 0) {
		fail(&f, errno, "linux.namespaces: clone");
		sync_report(socket, &f);
	}
	struct sync_message m = { .what = SYNC_PID, .index = pid };
	sync_send(socket, &m, -1);
	_exit(0);
}

/* What the process between has to say before there is a first process. */
static int follow_middle(
	struct spawn *s, pid_t middle_pid, int socket, pid_t *ret_pid, struct failure *f)
{
	struct sync_message m;

	for (;;) {
		int r = sync_receive(socket, &m, NULL);
		if (r < 0)
			return fail(
				f, -r, "the process that enters the namespaces is gone");
		if (m.what == SYNC_PID) {
			*ret_pid = m.index;
			return 0;
		}
		if (m.what == SYNC_FAILED) {
			*f = m.failure;
			return -f->err;
		}
		r = s->map(s->ctx, middle_pid, f);
		struct sync_message answer = { .what = r < 0 ? SYNC_FAILED : SYNC_DONE,
			.failure = *f };
		sync_send(socket, &answer, -1);
		if (r < 0)
			return r;
	}
}

static int spawn_middle(
	struct spawn *s, const int *pair, pid_t *ret_pid, struct failure *f)
{
	pid_t pid = clone_child(0, s->cgroup, &s->in_cgroup);

	if (pid < 0)
		return fail(f, errno, "clone");
	if (pid == 0) {
		close(pair[0]);
		middle(s, pair[1]);
	}
	close(pair[1]);
	int r = follow_middle(s, pid, pair[0], ret_pid, f);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return r;
}

static int spawn_directly(
	struct spawn *s, const int *pair, pid_t *ret_pid, struct failure *f)
{
	pid_t pid = clone_child(s->make & ~AFTER, s->cgroup, &s->in_cgroup);

	if (pid == 0) {
		close(pair[0]);
		child(s, pair[1]);
	}
	int err = errno;
	close(pair[1]);
	if (pid < 0)
		return fail(f, err, "linux.namespaces: clone");
	*ret_pid = pid;
	return s->make & CLONE_NEWUSER ? s->map(s->ctx, pid, f) : 0;
}

int spawn(struct spawn *s, pid_t *ret_pid, int *ret_socket, struct failure *f)
{
	pid_t pid = 0;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return fail(f, errno, "socketpair");
	bool between = s->join_count || (s->make & CLONE_NEWTIME);
	int r = between ? spawn_middle(s, pair, &pid, f)
			: spawn_directly(s, pair, &pid, f);
	if (r < 0) {
		if (pid > 0)
			kill(pid, SIGKILL);
		close(pair[0]);
		return r;
	}
	*ret_pid = pid;
	*ret_socket = pair[0];
	return 0;
}
