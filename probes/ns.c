#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ns.h"
#include "pool.h"
#include "setting.h"
#include "uapi/mount.h"
#include "uapi/sched.h"

#define NOBODY 65534

const struct ns_kind ns_kinds[NS_KINDS] = {
	{ "user", CLONE_NEWUSER },
	{ "mnt", CLONE_NEWNS },
	{ "uts", CLONE_NEWUTS },
	{ "ipc", CLONE_NEWIPC },
	{ "pid", CLONE_NEWPID },
	{ "cgroup", CLONE_NEWCGROUP },
	{ "net", CLONE_NEWNET },
	{ "time", CLONE_NEWTIME },
};

int ns_open(const struct env *env, const char *kind)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/ns/%s", kind);
	return env_open(env, path, O_RDONLY);
}

int ns_own(const struct ask *a, const char *kind, struct verdict *ret_refused)
{
	char stage[32];

	int fd = ns_open(a->env, kind);
	if (fd >= 0)
		return fd;
	snprintf(stage, sizeof(stage), "open(ns/%s)", kind);
	if (fd == -ENOENT)
		*ret_refused = answer_absent(
			"there is no /proc/self/ns/%s: this kernel has no %s namespaces",
			kind, kind);
	else
		*ret_refused = answer_refused(a, stage, -fd);
	return -1;
}

int ns_unshare(
	const struct ask *a, const char *kind, int flags, struct verdict *ret_refused)
{
	char stage[32];

	if (unshare(flags) == 0)
		return 0;
	int err = errno;
	snprintf(stage, sizeof(stage), "unshare(%s)", kind);
	*ret_refused = answer_refused(a, stage, err);
	return -1;
}

bool ns_same(int a, int b)
{
	struct stat st_a, st_b;

	return fstat(a, &st_a) == 0 && fstat(b, &st_b) == 0 &&
		st_a.st_dev == st_b.st_dev && st_a.st_ino == st_b.st_ino;
}

struct verdict ns_first(const struct ask *a,
	struct verdict (*fn)(const struct ask *a, void *arg), void *arg)
{
	struct verdict v;

	return ns_unshare(a, "pid", CLONE_NEWPID, &v) < 0 ? v : ask_in_child(a, fn, arg);
}

/*
 * Is this process the machine's root, whatever its number here? A sysctl that is no
 * namespace's belongs to that one; who is 0 here and does not own it is somebody else.
 */
static bool is_machine_root(void)
{
	struct stat st;

	return geteuid() == 0 &&
		(stat("/proc/sys/kernel/overflowuid", &st) < 0 || st.st_uid == 0);
}

static int become_nobody(struct verdict *ret_refused)
{
	/* Given up where it may be; groups do not make anyone the owner of a sysctl. */
	if (setgroups(0, NULL) == 0 || errno == EPERM)
		errno = 0;
	if (setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
		setresuid(NOBODY, NOBODY, NOBODY) == 0) {
		after_credentials(getppid());
		return 0;
	}
	bool unmapped = errno == EINVAL;
	*ret_refused = answer_denied(unmapped ? "unmapped" : "capability",
		unmapped ? "uid 65534 is not mapped in the user namespace this runs in"
			 : "the asker lacks CAP_SETUID or CAP_SETGID",
		unmapped ? "map more ids when that namespace is made, or ask as a user"
			 : "ask with these capabilities, or as a user",
		"the machine's root asks this as another user, and cannot become one");
	return -1;
}

int ns_stranger(const struct ask *a, struct ask *ret_inside, struct verdict *ret_refused)
{
	if (is_machine_root() && become_nobody(ret_refused) < 0)
		return -1;
	uid_t uid = geteuid();
	gid_t gid = getegid();
	if (ns_unshare(a, "user", CLONE_NEWUSER, ret_refused) < 0)
		return -1;
	after_credentials(getppid());
	if (map_self(a, uid, gid, ret_refused) < 0)
		return -1;
	if (is_machine_root()) {
		*ret_refused = answer_error("stat(overflowuid)", 0,
			"the root of this user namespace may be the machine's: not asked");
		return -1;
	}
	*ret_inside = *a;
	ret_inside->own_userns = true;
	return 0;
}

int ns_maps(const struct env *env, const char *map, unsigned long id)
{
	char path[64], text[8192];
	unsigned long inside, count;

	snprintf(path, sizeof(path), "/proc/self/%s", map);
	if (env_file(env, path, text, sizeof(text)) < 0)
		return -1;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (sscanf(line, "%lu %*u %lu", &inside, &count) == 2 && id >= inside &&
			id - inside < count)
			return 1;
	return 0;
}

bool ns_ids_mapped(const struct env *env)
{
	return ns_maps(env, "uid_map", env->uid) != 0 &&
		ns_maps(env, "gid_map", env->gid) != 0;
}

void cleanup_ns_child(struct ns_child *child)
{
	if (!child->pid)
		return;
	close(child->go);
	waitpid(child->pid, NULL, 0);
}

int ns_hold_user(void *arg)
{
	int err = unshare(CLONE_NEWUSER) < 0 ? errno : 0;

	after_credentials(getppid());
	return err;
}

/* writev(2) and readv(2), as write(2) may be the call that was taken away. */
static void hold(int (*fn)(void *arg), void *arg, int parent, int say, int go)
{
	char byte;
	struct iovec wait = { &byte, 1 };

	/* In a new pid namespace the parent is outside and seen as 0. */
	die_with_parent(getppid() ? parent : 0);
	int said = fn ? fn(arg) : 0;
	struct iovec iov = { &said, sizeof(said) };
	if (writev(say, &iov, 1) == sizeof(said) && readv(go, &wait, 1) < 0)
		_exit(1);
	_exit(0);
}

int ns_hold(int (*fn)(void *arg), void *arg, struct ns_child *ret_child,
	struct verdict *ret_refused)
{
	int say[2], go[2], parent = getpid(), said = -1;

	if (pipe2(say, O_CLOEXEC) < 0 || pipe2(go, O_CLOEXEC) < 0) {
		*ret_refused = answer_error("pipe", errno, "pipe: %s", strerror(errno));
		return -1;
	}
	pid_t pid = fork();
	if (pid == 0) {
		close(go[1]);
		hold(fn, arg, parent, say[1], go[0]);
	}
	int err = errno;
	close(say[1]);
	close(go[0]);
	struct iovec iov = { &said, sizeof(said) };
	if (pid > 0 && readv(say[0], &iov, 1) == sizeof(said)) {
		close(say[0]);
		*ret_child = (struct ns_child) { pid, go[1] };
		return said;
	}
	struct ns_child failed = { pid > 0 ? pid : 0, go[1] };
	cleanup_ns_child(&failed);
	close(say[0]);
	*ret_refused = answer_error(
		"fork", pid < 0 ? err : 0, "a child of the question could not be had");
	return -1;
}

int ns_mount_sysfs(const char **ret_stage)
{
	*ret_stage = "fsopen(sysfs)";
	_cleanup_close_ int fs = sys_fsopen("sysfs", FSOPEN_CLOEXEC);
	if (fs < 0)
		return -1;
	*ret_stage = "fsconfig(sysfs)";
	if (sys_fsconfig(fs, PLIMSOLL_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -1;
	*ret_stage = "fsmount(sysfs)";
	return sys_fsmount(fs, FSMOUNT_CLOEXEC, 0);
}
