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
#include "ask.h"
#include "guard.h"
#include "pool.h"
#include "record.h"

#define DEADLINE_MS 5000

_Static_assert(
	sizeof(struct verdict) <= PIPE_BUF, "a verdict crosses a pipe in one write");

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
static void after_credentials(int parent)
{
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	die_with_parent(parent);
}

static int become(const struct asker *who, int parent)
{
	if (!who->become)
		return 0;
	if (setgroups(0, NULL) < 0 || setresgid(who->gid, who->gid, who->gid) < 0 ||
		setresuid(who->uid, who->uid, who->uid) < 0)
		return -errno;
	after_credentials(parent);
	return 0;
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

/* Makes the namespaces a probe needs. 0, or -1 with the verdict that says why not. */
static int make_namespaces(struct ask *a, unsigned needs, int parent, struct verdict *v)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	int flags = 0;

	if (needs & (PROBE_NEEDS_MNTNS | PROBE_NEEDS_SCRATCH))
		flags |= CLONE_NEWNS;
	if ((needs & PROBE_NEEDS_USERNS) ||
		(flags && !env_has_cap(a->env, CAP_SYS_ADMIN)))
		flags |= CLONE_NEWUSER;
	if (!flags)
		return 0;
	if (unshare(flags) < 0) {
		*v = answer_refused(a,
			flags & CLONE_NEWUSER ? flags & CLONE_NEWNS ? "unshare(user,mnt)"
								    : "unshare(user)"
					      : "unshare(mnt)",
			errno);
		return -1;
	}
	if (flags & CLONE_NEWUSER) {
		after_credentials(parent);
		if (map_self(a, uid, gid, v) < 0)
			return -1;
		a->own_userns = true;
	}
	if ((flags & CLONE_NEWNS) &&
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
		/* In a chroot "/" need not be a mount; then there is nothing to cut off. */
		if (errno != EINVAL) {
			*v = answer_refused(a, "mount(private)", errno);
			return -1;
		}
	}
	return 0;
}

/*
 * The scratch tmpfs covers a directory that is there on any machine; it is seen only in the
 * question's own mount namespace, so that nothing has to be made or removed on the host.
 */
static int make_scratch(const struct ask *a, struct verdict *v)
{
	static const char *const dirs[] = { "/tmp", "/mnt", "/run", "/var", "/home",
		"/dev", "/" };

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		if (mount("plimsoll", dirs[i], "tmpfs", MS_NOSUID | MS_NODEV,
			    "mode=0755") == 0 &&
			chdir(dirs[i]) == 0)
			return 0;
		if (errno != ENOENT && errno != ENOTDIR) {
			*v = answer_refused(a, "mount(tmpfs)", errno);
			return -1;
		}
	}
	*v = answer_error(
		"mount(tmpfs)", ENOENT, "no directory to mount a scratch tmpfs on");
	return -1;
}

static int make_cgroup(struct ask *a, const char *name, struct verdict *v)
{
	struct env_cgroup cg;
	int r = env_cgroup(a->env, &cg);

	if (r < 0) {
		*v = answer_error(
			"open(mountinfo)", -r, "/proc/self/mountinfo: %s", strerror(-r));
		return -1;
	}
	if (!*cg.own) {
		*v = answer_denied(*cg.mount
				? "this process's cgroup is not below the cgroup2 mount"
				: "no cgroup2 is mounted here",
			"boot with systemd.unified_cgroup_hierarchy=1 (systemd), or mount cgroup2 "
			"on /sys/fs/cgroup; in a container, run it with its own cgroup namespace",
			"cgroups: %s", cgroup_layout_name(cg.layout));
		return -1;
	}
	_cleanup_close_ int own = open(cg.own, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (own < 0) {
		*v = answer_refused(a, "open(cgroup)", errno);
		return -1;
	}
	if (mkdirat(own, name, 0755) < 0) {
		*v = answer_refused(a, "mkdir(cgroup)", errno);
		return -1;
	}
	a->cgroup = openat(own, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (a->cgroup >= 0)
		return 0;
	*v = answer_refused(a, "open(cgroup)", errno);
	return -1;
}

static int take_away(const struct call *call, int err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (!filter)
		return -ENOMEM;
	int r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(err), call->nr, 0);
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r;
}

static struct verdict ask_one(const struct question *q, const struct env *parent_env,
	int parent, const char *cgroup_name)
{
	const struct probe *probe = q->entry->probe;
	struct ask a = { .path = q->path, .cgroup = -1 };
	struct env env;
	struct verdict v;

	int r = become(q->asker, parent);
	if (r < 0)
		return answer_error("setresuid", -r, "cannot become %s: %s",
			q->asker->name, strerror(-r));
	if ((r = env_read(&env, parent_env->prefix)) < 0)
		return answer_error(
			"open(status)", -r, "/proc/self/status: %s", strerror(-r));
	a.env = &env;

	if (make_namespaces(&a, probe->needs, parent, &v) < 0 ||
		((probe->needs & PROBE_NEEDS_SCRATCH) && make_scratch(&a, &v) < 0) ||
		((probe->needs & PROBE_NEEDS_CGROUP) &&
			make_cgroup(&a, cgroup_name, &v) < 0))
		return v;
	if (q->taken) {
		r = take_away(q->taken, q->taken_err);
		if (r < 0)
			return answer_error("seccomp", -r, "cannot take %s away: %s",
				q->taken->name, strerror(-r));
		if ((r = env_read(&env, parent_env->prefix)) < 0)
			env.seccomp = 2; /* openat itself was taken */
	}
	return probe->ask(&a);
}

struct asking {
	const struct question *questions;
	const struct ask_options *opt;
	answer_fn fn;
	void *ctx;
	int deadline_ms;
	int parent;
};

static void cgroup_name(
	const struct asking *asking, size_t index, char *name, size_t size)
{
	snprintf(name, size, "%s.%zu", guard_name(), index);
}

static void job(void *ctx, size_t index, int out)
{
	const struct asking *asking = ctx;
	char name[64];

	cgroup_name(asking, index, name, sizeof(name));
	struct verdict v =
		ask_one(&asking->questions[index], asking->opt->env, getppid(), name);
	struct iovec iov = { &v, sizeof(v) };
	/* Not write(2): that may be the call taken away. */
	if (writev(out, &iov, 1) != sizeof(v))
		_exit(1);
}

/* What an ended child amounts to. Words of a verdict are only believed whole. */
static struct verdict judge(const struct asking *asking, const struct pool_result *r)
{
	struct verdict v;

	if (r->late)
		return answer_error("", 0,
			"no answer within %d ms: the question hung and was killed",
			asking->deadline_ms);
	if (r->flooded)
		return answer_error(
			"", 0, "the question flooded its pipe and was killed");
	if (WIFSIGNALED(r->status))
		return answer_error("", 0, "the question crashed: signal %d (SIG%s)",
			WTERMSIG(r->status), sigabbrev_np(WTERMSIG(r->status)));
	if (r->len != sizeof(v))
		return answer_error("", 0,
			"the question ended with status %d and %zu bytes of garbage",
			WEXITSTATUS(r->status), r->len);
	memcpy(&v, r->data, sizeof(v));
	return v;
}

static void done(void *ctx, size_t index, const struct pool_result *result)
{
	const struct asking *asking = ctx;
	struct verdict v = judge(asking, result);
	char name[64];

	if (asking->questions[index].entry->probe->needs & PROBE_NEEDS_CGROUP) {
		cgroup_name(asking, index, name, sizeof(name));
		int r = guard_remove(name);
		if (r < 0)
			v = answer_error("rmdir(cgroup)", -r,
				"the scratch cgroup %s is left: %s", name, strerror(-r));
	}
	asking->fn(asking->ctx, index, &v, result->ms);
}

int ask_all(const struct question *questions, size_t count, const struct ask_options *opt,
	answer_fn fn, void *ctx)
{
	struct asking asking = { questions, opt, fn, ctx,
		opt->deadline_ms ? opt->deadline_ms : DEADLINE_MS, getpid() };
	struct pool pool = { .workers = opt->workers,
		.deadline_ms = asking.deadline_ms,
		.job = job,
		.done = done,
		.ctx = &asking };
	int r;

	for (size_t i = 0; i < count; i++)
		if ((questions[i].entry->probe->needs & PROBE_NEEDS_CGROUP) &&
			(r = guard_start()) < 0)
			return r;
	return pool_run(&pool, count);
}
