/*
 * Denied, but by what? Each policy that can refuse is asked about by a second question that
 * only it can answer as it does. The first one that is proven is the cause; if none is, the
 * verdict says "unproven" and what it could be.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "answer.h"
#include "ask.h"
#include "record.h"
#include "uapi/unistd.h"

/*
 * Calls with arguments that the kernel refuses with `err` before it asks for any privilege
 * (checked in its source): any other answer comes from a filter in front of it.
 */
static const struct {
	const char *name;
	int nr;
	long args[6];
	int err;
} harmless[] = {
	{ "mount_setattr", SYS_mount_setattr, { -1, 0, 0, 0, 0 }, EINVAL },
	{ "open_tree", SYS_open_tree, { -1, 0, ~0u }, EINVAL },
	{ "open_tree_attr", SYS_open_tree_attr, { -1, 0, 0, 0, 1 }, EINVAL },
	{ "statmount", SYS_statmount, { 0, 0, 0, ~0u }, EINVAL },
	{ "listmount", SYS_listmount, { 0, 0, 0, ~0u }, EINVAL },
	{ "mount", SYS_mount, { 0, 0, 0, 0, 0 }, EFAULT },
	{ "unshare", SYS_unshare, { CLONE_PARENT_SETTID }, EINVAL },
	{ "setns", SYS_setns, { -1, 0 }, EBADF },
	{ "clone3", SYS_clone3, { 0, 0 }, EINVAL },
	{ "openat2", SYS_openat2, { -1, 0, 0, 0 }, EINVAL },
	{ "pidfd_open", SYS_pidfd_open, { -1, 0 }, EINVAL },
	{ "close_range", SYS_close_range, { 1, 0, 0 }, EINVAL },
	{ "seccomp", SYS_seccomp, { ~0u, 0, 0 }, EINVAL },
	{ "ioctl", SYS_ioctl, { -1, 0, 0 }, EBADF },
	{ "mkdirat", SYS_mkdirat, { -1, 0, 0 }, EFAULT },
};

int call_filtered(const char *name, int err)
{
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++) {
		if (strcmp(harmless[i].name, name))
			continue;
		/* A filter that answers as the kernel would cannot be told from it. */
		if (harmless[i].err == err)
			return -1;
		const long *arg = harmless[i].args;
		long r = syscall(harmless[i].nr, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
		return r < 0 && errno == err;
	}
	return -1;
}

/* The names in kallsyms are for everyone, only the addresses are hidden (kptr_restrict). */
int call_in_kernel(const struct env *env, const char *name)
{
	_cleanup_fclose_ FILE *f = NULL;
	_cleanup_free_ char *line = NULL;
	char symbol[64], found[128];
	size_t size = 0;
	bool any = false;

	int fd = env_open(env, "/proc/kallsyms", O_RDONLY);
	if (fd < 0)
		return -1;
	f = fdopen(fd, "r");
	if (!f) {
		close(fd);
		return -1;
	}
	snprintf(symbol, sizeof(symbol), "_sys_%s", name);
	while (getline(&line, &size, f) > 0) {
		if (sscanf(line, "%*s %*s %127s", found) != 1)
			continue;
		const char *at = strstr(found, "_sys_");
		any = any || at;
		if (at && !strcmp(at, symbol))
			return 1;
	}
	return any ? 0 : -1;
}

static bool is_call(const struct verdict *v, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(v->stage, name, len) && (!v->stage[len] || v->stage[len] == '(');
}

static bool found(struct verdict *v, const char *cause, const char *remedy)
{
	VERDICT_TEXT(v->cause, "%s", cause);
	VERDICT_TEXT(v->remedy, "%s", remedy);
	return true;
}

static bool by_seccomp(const struct ask *a, struct verdict *v)
{
	char name[32], cause[200], remedy[300];

	if (a->env->seccomp != 2)
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(v->stage, "("), v->stage);
	if (call_filtered(name, v->err) != 1)
		return false;
	snprintf(cause, sizeof(cause),
		"a seccomp filter answers %s to every %s, whatever its arguments",
		errno_name(v->err), name);
	snprintf(remedy, sizeof(remedy),
		"allow %s in the seccomp profile of the container or service this runs in "
		"(docker, podman: --security-opt seccomp=PROFILE; systemd: SystemCallFilter=)",
		name);
	return found(v, cause, remedy);
}

/*
 * In a chroot no user namespace can be made (user_namespaces(7), EPERM). Joining the mount
 * namespace one is in already sets the root back to the real one: if that changes "/", it
 * was a chroot. Without the privilege for that: a root that is no mount point is one too.
 */
static bool in_chroot(const struct env *env)
{
	struct stat before, after;
	char line[4096];

	_cleanup_close_ int ns = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int root = open("/", O_PATH | O_CLOEXEC);
	_cleanup_close_ int cwd = open(".", O_PATH | O_CLOEXEC);
	if (ns >= 0 && root >= 0 && fstat(root, &before) == 0 && setns(ns, CLONE_NEWNS) == 0) {
		bool moved = stat("/", &after) == 0 &&
			(before.st_dev != after.st_dev || before.st_ino != after.st_ino);
		if (moved && (fchdir(root) < 0 || chroot(".") < 0))
			return true;
		return (cwd < 0 || fchdir(cwd) == 0) && moved;
	}

	int fd = env_open(env, "/proc/self/mountinfo", O_RDONLY);
	_cleanup_fclose_ FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%*s %*s %*s %*s %4095s", line) == 1 && !strcmp(line, "/"))
			return false;
	return f != NULL;
}

static bool by_chroot(const struct ask *a, struct verdict *v)
{
	if (!is_call(v, "unshare") || !strstr(v->stage, "user") || v->err != EPERM ||
		!in_chroot(a->env))
		return false;
	return found(v, "this process is in a chroot, where no user namespace can be made",
		"enter the tree with pivot_root instead of chroot (unshare --mount, "
		"systemd-nspawn, bwrap)");
}

static bool by_sysctl(const struct ask *a, struct verdict *v)
{
	bool unshare = is_call(v, "unshare"), map = is_call(v, "write") &&
		strstr(v->stage, "_map");

	if ((!unshare && !map) || (v->err != EPERM && v->err != EACCES))
		return false;
	if (unshare && strstr(v->stage, "user") && !env_has_cap(a->env, CAP_SYS_ADMIN) &&
		env_number(a->env, "/proc/sys/kernel/unprivileged_userns_clone") == 0)
		return found(v, "sysctl kernel.unprivileged_userns_clone is 0",
			"sysctl -w kernel.unprivileged_userns_clone=1");
	if (env_number(a->env, "/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1)
		return found(v,
			"sysctl kernel.apparmor_restrict_unprivileged_userns is 1 and this "
			"program has no AppArmor profile that allows userns",
			"give the program an AppArmor profile with \"userns,\", or sysctl -w "
			"kernel.apparmor_restrict_unprivileged_userns=0");
	return false;
}

/*
 * ENOSPC from unshare(2) is never a full disk: a limit of namespaces(7) is used up, here or
 * in a user namespace around this one, or user namespaces are nested 32 deep.
 */
static bool by_limit(const struct ask *a, struct verdict *v)
{
	static const char *const types[] = { "user", "mnt", "net", "pid", "ipc", "uts", "cgroup",
		"time" };
	char path[96], cause[300], remedy[300];

	if ((v->err != ENOSPC && v->err != EUSERS) || !is_call(v, "unshare"))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (!strstr(v->stage, types[i]))
			continue;
		snprintf(path, sizeof(path), "/proc/sys/user/max_%s_namespaces", types[i]);
		long long limit = env_number(a->env, path);
		if (limit < 0)
			continue;
		if (limit == 0) {
			snprintf(cause, sizeof(cause), "sysctl user.max_%s_namespaces is 0",
				types[i]);
		} else if (a->env->own_userns) {
			snprintf(cause, sizeof(cause),
				"the limit on %s namespaces is used up: it is %lld in this user "
				"namespace, so it is reached here or in one around it (or user "
				"namespaces are nested 32 deep)",
				types[i], limit);
		} else {
			snprintf(cause, sizeof(cause),
				"sysctl user.max_%s_namespaces is %lld and this user has used "
				"them up",
				types[i], limit);
		}
		snprintf(remedy, sizeof(remedy),
			"raise it (sysctl -w user.max_%s_namespaces=N%s), or end what holds the "
			"namespaces (lsns -t %s)",
			types[i], a->env->own_userns ? ", in the outer user namespace too" : "",
			types[i]);
		return found(v, cause, remedy);
	}
	return false;
}

/* Calls that need CAP_SYS_ADMIN in the user namespace at hand. */
static bool by_capability(const struct ask *a, struct verdict *v)
{
	static const char *const admin[] = { "unshare", "mount", "mount_setattr", "open_tree",
		"open_tree_attr", "fsopen", "fsconfig", "fsmount", "move_mount", "setns" };

	if (v->err != EPERM || env_has_cap(a->env, CAP_SYS_ADMIN) || a->own_userns ||
		strstr(v->stage, "user"))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(admin); i++)
		if (is_call(v, admin[i]))
			return found(v, "the asker lacks CAP_SYS_ADMIN",
				"ask as root, or inside a user namespace of one's own");
	return false;
}

/* Inside a user namespace, what belongs to an outer one stays out of reach. */
static bool by_ownership(const struct ask *a, struct verdict *v)
{
	if (v->err != EPERM || (!a->own_userns && !a->env->own_userns))
		return false;
	if (is_call(v, "mount_setattr") || is_call(v, "open_tree_attr") ||
		is_call(v, "open_tree"))
		return found(v,
			"the file system or mount belongs to an outer user namespace than the "
			"asker's",
			"ask as root of the initial user namespace, or of a file system mounted in "
			"this one");
	if (is_call(v, "fsopen") || is_call(v, "fsconfig"))
		return found(v,
			"the file system may not be mounted in a user namespace, or stands for a "
			"namespace that this one does not own",
			"make the network, pid or ipc namespace inside the user namespace first");
	return false;
}

static bool by_cgroup(const struct ask *a, struct verdict *v)
{
	struct env_cgroup cg;
	char cause[400];

	if (!strstr(v->stage, "cgroup") || env_cgroup(a->env, &cg) < 0 || !*cg.own)
		return false;
	if (v->err == EROFS)
		return found(v, "the cgroup file system is mounted read-only here",
			"run with a writable cgroup mount (docker: --privileged or "
			"--security-opt writable-cgroups=true)");
	if (v->err != EACCES && v->err != EPERM)
		return false;
	snprintf(cause, sizeof(cause), "the cgroup %.300s is not delegated to this user", cg.own);
	return found(v, cause,
		"run in a delegated cgroup: systemd-run --user --scope -p Delegate=yes COMMAND");
}

void cause_find(const struct ask *a, struct verdict *v)
{
	if (by_seccomp(a, v) || by_limit(a, v) || by_chroot(a, v) || by_sysctl(a, v) ||
		by_cgroup(a, v) || by_capability(a, v) || by_ownership(a, v))
		return;
	VERDICT_TEXT(v->cause,
		"unproven: an LSM%s, a missing capability or a rule of the kernel",
		a->env->seccomp == 2 ? ", a seccomp filter that looks at arguments" : "");
	VERDICT_TEXT(v->remedy, "look for a denial in the kernel log (dmesg, ausearch -m avc)");
}
