/* The dock: what trial_run() makes around a trial. See trial.h. */
#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bundle.h"
#include "guard.h"
#include "observe.h"
#include "pool.h"
#include "printable.h"
#include "residue.h"
#include "steps.h"
#include "trial.h"
#include "uapi/mount.h"

#define WORKSPACE_SIZE "size=64m,mode=0755"

static json_t *failure(const char *fault, const char *what)
{
	_cleanup_free_ char *clean = printable(what, strlen(what));

	return json_pack("{s:s, s:s}", "error", clean ? clean : "", "fault", fault);
}

/*
 * Mounts that are writable and have to stay so: runtimes make cgroups; and where sysfs is
 * read-only outside, the kernel refuses a writable one in a user namespace.
 */
static bool stays_writable(struct libmnt_fs *fs)
{
	const char *type = mnt_fs_get_fstype(fs);

	return (!strncmp(type, "cgroup", 6) || !strcmp(type, "sysfs")) &&
		mnt_fs_match_options(fs, "rw");
}

/*
 * The host's file systems become read-only in the dock: a runtime that writes where it should
 * not writes into nothing. Before 5.12 there is no such call, and the host is only compared.
 */
static void protect_host(void)
{
	struct mount_attr ro = { .attr_set = MOUNT_ATTR_RDONLY };
	struct mount_attr rw = { .attr_clr = MOUNT_ATTR_RDONLY };
	struct libmnt_table *table = mnt_new_table_from_file("/proc/self/mountinfo");
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *fs;

	if (table && iter &&
		sys_mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &ro, sizeof(ro)) == 0)
		while (mnt_table_next_fs(table, iter, &fs) == 0)
			if (stays_writable(fs))
				sys_mount_setattr(AT_FDCWD, mnt_fs_get_target(fs), 0, &rw,
					sizeof(rw));
	mnt_free_iter(iter);
	mnt_unref_table(table);
}

/*
 * In a new pid namespace the parent is seen as 0, dead or alive: whether it died before
 * die_with_parent() took hold is told by a pipe of which only it holds the other end. A byte
 * in it says that the guardian knows of us.
 */
static void die_with_maker(const int alive[2])
{
	struct pollfd p = { alive[0], POLLIN, 0 };
	char byte;

	close(alive[1]);
	die_with_parent(0);
	if (read(alive[0], &byte, 1) != 1 || poll(&p, 1, 0) != 0)
		_exit(0);
	close(alive[0]);
}

/* Lets the dock's first process begin, waits for it and ends as it did. */
static void wait_dock(pid_t pid, int out, int alive)
{
	int status = 0;

	guard_watch(pid);
	if (write(alive, "", 1) != 1)
		kill(pid, SIGKILL);
	close(out);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
}

int dock_enter(int out)
{
	static const int also[] = { CLONE_NEWUTS, CLONE_NEWIPC };
	int alive[2];

	if (pipe2(alive, O_CLOEXEC) < 0 || unshare(CLONE_NEWNS | CLONE_NEWPID) < 0 ||
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	/* The host's name, semaphores and shared memory are not at hand, if that can be had. */
	for (size_t i = 0; i < ARRAY_SIZE(also); i++)
		unshare(also[i]);
	umask(022);
	pid_t pid = fork();
	if (pid > 0)
		wait_dock(pid, out, alive[1]);
	if (pid < 0)
		return -errno;
	die_with_maker(alive);
	setsid();
	protect_host();
	int flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
	return mount("proc", "/proc", "proc", flags, NULL) < 0 ? -errno : 0;
}

/* The workspace covers a directory that is there anyway and holds nothing of the runtime. */
int trial_workspace(struct trial *t)
{
	static const char *const dirs[] = { "/mnt", "/media", "/srv", "/opt", "/home",
		"/tmp", "/var/tmp", "/run" };

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		size_t len = strlen(dirs[i]);
		if (!strncmp(t->runtime->path, dirs[i], len) &&
			t->runtime->path[len] == '/')
			continue;
		if (mount("plimsoll", dirs[i], "tmpfs", 0, WORKSPACE_SIZE) == 0) {
			snprintf(t->workspace, sizeof(t->workspace), "%s", dirs[i]);
			return 0;
		}
	}
	return -errno;
}

/* In the first process of the dock. */
static json_t *in_dock(struct trial *t, int out)
{
	char why[1024] = "";

	int r = dock_enter(out);
	if (r < 0) {
		snprintf(why, sizeof(why),
			"no dock: mount and pid namespaces with a /proc: %s",
			strerror(-r));
		return failure("harness", why);
	}
	if (trial_workspace(t) < 0)
		return failure("harness", "mounting a workspace in the dock failed");
	if (channel_open(&t->channel) < 0)
		return failure("harness", "no channel to the witness");
	r = bundle_make(t, why, sizeof(why));
	if (r < 0)
		return failure(r == -EINVAL ? "fixture" : "harness", why);
	t->evidence = json_object();
	if (steps_run(t, why, sizeof(why)) < 0)
		return failure("harness", why);
	observe_host(t);
	observe_witness(t);
	_cleanup_free_ char *other =
		printable(t->channel.other, strlen(t->channel.other));
	return json_pack("{s:o, s:o, s:O*, s:b, s:b, s:b, s:s}", "evidence", t->evidence,
		"left", residue_since(t, t->before), "failed_step", t->failed_step,
		"begun", t->channel.begun, "ended", t->channel.ended, "flooded",
		t->channel.flooded, "other", other ? other : "");
}

static void say(json_t *result, int out)
{
	_cleanup_free_ char *text = result ? json_dumps(result, JSON_COMPACT) : NULL;

	for (size_t len = text ? strlen(text) : 0, done = 0; done < len;) {
		ssize_t n = write(out, text + done, len - done);
		if (n < 0 && errno != EINTR)
			break;
		done += n > 0 ? (size_t)n : 0;
	}
}

json_t *trial_run(const struct trial *trial)
{
	struct trial t = *trial;
	int fds[2], parent = getpid();

	if (pipe2(fds, O_CLOEXEC) < 0)
		return failure("harness", "no pipe to the dock");
	pid_t pid = fork();
	if (pid == 0) {
		die_with_parent(parent);
		close(fds[0]);
		say(in_dock(&t, fds[1]), fds[1]);
		_exit(0);
	}
	close(fds[1]);
	_cleanup_fclose_ FILE *in = fdopen(fds[0], "r");
	json_t *result = in ? json_loadf(in, 0, NULL) : NULL;
	/* Frozen in its cgroup, a container would not die, and its dock wait for it for ever. */
	guard_remove(t.id);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	guard_remove(t.id);
	return result ? result
		      : failure("harness", "the dock ended without saying anything");
}
