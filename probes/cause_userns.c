/* What keeps user namespaces from being made, and the limits on all kinds of namespaces. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ask.h"
#include "cause.h"
#include "ns.h"
#include "pool.h"

/*
 * In a chroot no user namespace can be made (user_namespaces(7), EPERM). Joining the mount
 * namespace one is in already sets the root back to the real one: if that changes "/", it
 * was a chroot.
 */
static int root_moved(void)
{
	unsigned mask =
		STATX_INO | STATX_MNT_ID; /* a bind mount of the root has its inode */
	struct statx before, after;

	_cleanup_close_ int ns = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int root = open("/", O_PATH | O_CLOEXEC);
	_cleanup_close_ int cwd = open(".", O_PATH | O_CLOEXEC);
	if (ns < 0 || root < 0 || cwd < 0 ||
		statx(root, "", AT_EMPTY_PATH, mask, &before) < 0 ||
		setns(ns, CLONE_NEWNS) < 0)
		return -1;
	bool moved = statx(AT_FDCWD, "/", 0, mask, &after) == 0 &&
		(before.stx_dev_major != after.stx_dev_major ||
			before.stx_dev_minor != after.stx_dev_minor ||
			before.stx_ino != after.stx_ino ||
			before.stx_mnt_id != after.stx_mnt_id);
	bool back = fchdir(root) == 0 && chroot(".") == 0 && fchdir(cwd) == 0;
	return moved || !back;
}

/* Without the privilege for that: a root that is no mount point is a chroot too. */
static bool root_is_mount(const struct env *env)
{
	char line[4096], target[4096];

	int fd = env_open(env, "/proc/self/mountinfo", O_RDONLY);
	_cleanup_fclose_ FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%*s %*s %*s %*s %4095s", target) == 1 &&
			!strcmp(target, "/"))
			return true;
	return !f;
}

bool cause_by_chroot(const struct ask *a, struct verdict *v)
{
	if (!cause_is_unshare_user(v) || v->err != EPERM)
		return false;
	int moved = root_moved();
	if (moved == 0 || (moved < 0 && root_is_mount(a->env)))
		return false;
	return cause_found(v,
		"this process is in a chroot, where no user namespace can be made",
		"enter the tree with pivot_root instead of chroot (unshare --mount, "
		"systemd-nspawn, bwrap)");
}

bool cause_by_unmapped_id(const struct ask *a, struct verdict *v)
{
	if (!cause_is_unshare_user(v) || v->err != EPERM || a->own_userns ||
		ns_ids_mapped(a->env))
		return false;
	return cause_found(v,
		"this process's user or group id is not mapped in the user namespace it is in",
		"map the id when that namespace is made (unshare --map-current-user, docker: "
		"--userns, podman: --userns=keep-id)");
}

/* Debian's and Arch's knob: who is not root in the initial user namespace may make none. */
bool cause_by_debian_sysctl(const struct ask *a, struct verdict *v)
{
	bool root = env_has_cap(a->env, CAP_SYS_ADMIN) && !a->env->own_userns &&
		!a->own_userns;

	if (!cause_is_unshare_user(v) || v->err != EPERM || root ||
		env_number(a->env, "/proc/sys/kernel/unprivileged_userns_clone") != 0)
		return false;
	return cause_found(v, "sysctl kernel.unprivileged_userns_clone is 0",
		"sysctl -w kernel.unprivileged_userns_clone=1 (any user may then make user "
		"namespaces), or ask as root");
}

/*
 * Ubuntu's knob: a program without an AppArmor profile of its own is denied the namespace,
 * or gets one in which it has no capability. Only such a program's label proves it.
 */
bool cause_by_apparmor_sysctl(const struct ask *a, struct verdict *v)
{
	char label[128] = "", cause[300];
	bool map = cause_is_call(v, "write") && strstr(v->stage, "_map");

	if ((!cause_is_unshare_user(v) && !map && !a->own_userns) ||
		(v->err != EPERM && v->err != EACCES) ||
		env_number(a->env,
			"/proc/sys/kernel/apparmor_restrict_unprivileged_userns") != 1)
		return false;
	if (env_file(a->env, "/proc/self/attr/apparmor/current", label, sizeof(label)) <
		0)
		env_file(a->env, "/proc/self/attr/current", label, sizeof(label));
	if (strncmp(label, "unconfined", 10) && strncmp(label, "unprivileged_userns", 19))
		return false;
	snprintf(cause, sizeof(cause),
		"sysctl kernel.apparmor_restrict_unprivileged_userns is 1 and no AppArmor "
		"profile allows this program user namespaces (its label: %.60s)",
		label);
	return cause_found(v, cause,
		"give the program an AppArmor profile with \"userns,\" (in /etc/apparmor.d), or, "
		"for every program, sysctl -w kernel.apparmor_restrict_unprivileged_userns=0");
}

/* The namespaces that a stage such as "unshare(user,mnt)" names, in the kernel's order. */
static const struct ns_type {
	const char *name;
	int flag;
} ns_types[] = {
	{ "user", CLONE_NEWUSER },
	{ "mnt", CLONE_NEWNS },
	{ "uts", CLONE_NEWUTS },
	{ "ipc", CLONE_NEWIPC },
	{ "pid", CLONE_NEWPID },
	{ "cgroup", CLONE_NEWCGROUP },
	{ "net", CLONE_NEWNET },
	{ "time", 0x80 },
};

/* Which of them is it that cannot be had? Asked one by one, in a child. NULL: none now. */
static const struct ns_type *exhausted(const struct verdict *v)
{
	int status = 0, parent = getpid();

	pid_t pid = fork();
	if (pid == 0) {
		die_with_parent(parent);
		for (size_t i = 0; i < ARRAY_SIZE(ns_types); i++)
			if (strstr(v->stage, ns_types[i].name) &&
				unshare(ns_types[i].flag) < 0 && errno == v->err)
				_exit(i + 1);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status) ||
		!WEXITSTATUS(status))
		return NULL;
	return &ns_types[WEXITSTATUS(status) - 1];
}

/*
 * A limit that is set nowhere reads INT_MAX: then it is another namespace's that is reached.
 * How deep user namespaces are nested cannot be seen from inside.
 */
static void explain_limit(
	const struct ask *a, const char *type, long long limit, struct verdict *v)
{
	bool outer = a->env->own_userns || a->own_userns;

	if (limit == 0)
		VERDICT_TEXT(v->cause, "sysctl user.max_%s_namespaces is 0", type);
	else if (!outer)
		VERDICT_TEXT(v->cause,
			"sysctl user.max_%s_namespaces is %lld and this user has used them up",
			type, limit);
	else if (limit == INT_MAX)
		VERDICT_TEXT(v->cause,
			"the limit on %s namespaces is used up in a user namespace around this one "
			"(none is set in this one)%s",
			type,
			strcmp(type, "user") ? ""
					     : ", or user namespaces are nested 32 deep");
	else
		VERDICT_TEXT(v->cause,
			"the limit on %s namespaces (%lld in this user namespace) is used up here or "
			"in a user namespace around this one%s",
			type, limit,
			strcmp(type, "user") ? ""
					     : ", or user namespaces are nested 32 deep");
	VERDICT_TEXT(v->remedy,
		"this is no full disk: raise the limit (sysctl -w user.max_%s_namespaces=N%s)%s%s",
		type,
		outer && limit ? " in the outer user namespace, usually on the host" : "",
		limit ? ", or end what holds the namespaces: lsns -t " : "",
		limit ? type : "");
}

/*
 * ENOSPC from unshare(2) is never a full disk: a limit of namespaces(7) is used up, here or
 * in a user namespace around this one, or user namespaces are nested 32 deep.
 */
bool cause_by_limit(const struct ask *a, struct verdict *v)
{
	char path[96];

	if ((v->err != ENOSPC && v->err != EUSERS) || !cause_is_call(v, "unshare"))
		return false;
	const struct ns_type *type = exhausted(v);
	if (!type)
		return false;
	snprintf(path, sizeof(path), "/proc/sys/user/max_%s_namespaces", type->name);
	long long limit = env_number(a->env, path);
	if (limit < 0)
		return false;
	explain_limit(a, type->name, limit, v);
	return true;
}

/*
 * uid 0 outside may become uid 0 inside only for who may set file capabilities: what is set in
 * there would be root's out here (user_namespaces(7), from 5.12 on).
 */
bool cause_by_setfcap(const struct ask *a, struct verdict *v)
{
	if (v->err != EPERM || !cause_is_call(v, "write") ||
		!strstr(v->stage, "uid_map") || a->env->uid != 0 ||
		env_has_cap(a->env, CAP_SETFCAP))
		return false;
	return cause_found(v,
		"the asker is uid 0 and lacks CAP_SETFCAP: uid 0 may then not be mapped into a "
		"user namespace",
		"ask as another user, or give it the capability (docker, podman: --cap-add SETFCAP)");
}
