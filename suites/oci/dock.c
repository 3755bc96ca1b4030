/* The dock: what trial_run() makes around a trial. See trial.h. */
#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bundle.h"
#include "observe.h"
#include "pool.h"
#include "residue.h"
#include "steps.h"
#include "trial.h"
#include "uapi/mount.h"

#define WORKSPACE_SIZE "size=64m,mode=0755"

static json_t *failure(const char *fault, const char *what)
{
	return json_pack("{s:s, s:s}", "error", what, "fault", fault);
}

/* Mounts that are writable and have to stay so: runtimes make cgroups. */
static bool stays_writable(struct libmnt_fs *fs)
{
	return !strncmp(mnt_fs_get_fstype(fs), "cgroup", 6) && mnt_fs_match_options(fs, "rw");
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

	if (table && iter && sys_mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &ro, sizeof(ro)) == 0)
		while (mnt_table_next_fs(table, iter, &fs) == 0)
			if (stays_writable(fs))
				sys_mount_setattr(AT_FDCWD, mnt_fs_get_target(fs), 0, &rw,
					sizeof(rw));
	mnt_free_iter(iter);
	mnt_unref_table(table);
}

/* The workspace covers a directory that is there anyway and holds nothing of the runtime. */
static int make_workspace(struct trial *t)
{
	static const char *const dirs[] = { "/mnt", "/media", "/srv", "/opt", "/home", "/tmp" };

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		size_t len = strlen(dirs[i]);
		if (!strncmp(t->runtime->path, dirs[i], len) && t->runtime->path[len] == '/')
			continue;
		if (mount("plimsoll", dirs[i], "tmpfs", 0, WORKSPACE_SIZE) == 0) {
			snprintf(t->workspace, sizeof(t->workspace), "%s", dirs[i]);
			return 0;
		}
	}
	return -errno;
}

/* The first process of the dock. */
static json_t *in_dock(struct trial *t)
{
	char why[1024] = "";

	protect_host();
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return failure("harness", "mounting /proc in the dock failed");
	if (make_workspace(t) < 0)
		return failure("harness", "mounting a workspace in the dock failed");
	if (channel_open(&t->channel) < 0)
		return failure("harness", "no channel to the witness");
	int r = bundle_make(t, why, sizeof(why));
	if (r < 0)
		return failure(r == -EINVAL ? "fixture" : "harness", why);
	t->evidence = json_object();
	if (steps_run(t, why, sizeof(why)) < 0)
		return failure("harness", why);
	observe_host(t);
	observe_witness(t);
	return json_pack("{s:o, s:o, s:O*, s:b, s:b, s:b, s:s}", "evidence", t->evidence, "left",
		residue_since(t, t->before), "failed_step", t->failed_step, "begun",
		t->channel.begun, "ended", t->channel.ended, "flooded", t->channel.flooded, "other",
		t->channel.other);
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

/*
 * A new pid namespace holds only children: this process makes the namespaces and waits, its
 * child is the dock's first process. Each dies with the one before it.
 */
static void make_dock(struct trial *t, int out, int parent)
{
	die_with_parent(parent);
	if (unshare(CLONE_NEWNS | CLONE_NEWPID) < 0 ||
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
		say(failure("harness", "no mount or pid namespace for the dock"), out);
		_exit(0);
	}
	pid_t pid = fork();
	if (pid == 0) {
		die_with_parent(0);
		say(in_dock(t), out);
		_exit(0);
	}
	close(out);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	_exit(0);
}

json_t *trial_run(const struct trial *trial)
{
	struct trial t = *trial;
	int fds[2], parent = getpid();

	if (pipe2(fds, O_CLOEXEC) < 0)
		return failure("harness", "no pipe to the dock");
	pid_t pid = fork();
	if (pid == 0) {
		close(fds[0]);
		make_dock(&t, fds[1], parent);
	}
	close(fds[1]);
	_cleanup_fclose_ FILE *in = fdopen(fds[0], "r");
	json_t *result = in ? json_loadf(in, 0, NULL) : NULL;
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return result ? result : failure("harness", "the dock ended without saying anything");
}
