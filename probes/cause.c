/*
 * Denied, but by what? Each policy that can refuse is asked about by a second question that
 * only it can answer as it does. The first one that is proven is the cause; if none is, the
 * verdict says "unproven" and what it could be.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "answer.h"
#include "ask.h"
#include "pool.h"
#include "record.h"
#include "uapi/unistd.h"

/*
 * Calls with arguments that the kernel answers with `err` (0: success, nothing done) before
 * it asks for any privilege (checked in its source): any other answer comes from a filter in
 * front of it. Where privilege comes first, EPERM may be the kernel's too. Calls with two
 * rows are those whose filters are seen to answer as the first row's kernel would.
 */
static const struct harmless {
	const char *name;
	int nr;
	long args[6];
	int err;
	bool privilege_first;
} harmless[] = {
	{ "mount_setattr", SYS_mount_setattr, { -1, 0, 0, 0, 0 }, EINVAL },
	{ "mount_setattr", SYS_mount_setattr, { -1, 0, 0, 0, 1 << 24 }, E2BIG },
	{ "open_tree", SYS_open_tree, { -1, 0, ~0u }, EINVAL },
	{ "open_tree", SYS_open_tree, { -1, 0, 0 }, EFAULT },
	{ "open_tree_attr", SYS_open_tree_attr, { -1, 0, 0, 0, 1 }, EINVAL },
	{ "open_tree_attr", SYS_open_tree_attr, { -1, 0, 0, 0, 0 }, EFAULT },
	{ "statmount", SYS_statmount, { 0, 0, 0, ~0u }, EINVAL },
	{ "statmount", SYS_statmount, { 0, 0, 0, 0 }, EFAULT },
	{ "listmount", SYS_listmount, { 0, 0, 0, ~0u }, EINVAL },
	{ "listmount", SYS_listmount, { 0, 0, 0, 0 }, EFAULT },
	{ "fsopen", SYS_fsopen, { 0, 0 }, EFAULT, true },
	{ "fsconfig", SYS_fsconfig, { -1, 0, 0, 0, 0 }, EINVAL },
	{ "fsconfig", SYS_fsconfig, { 0, ~0u, 0, 0, 0 }, EOPNOTSUPP },
	{ "fsmount", SYS_fsmount, { -1, 0, 0 }, EBADF, true },
	{ "move_mount", SYS_move_mount, { -1, 0, -1, 0, ~0u }, EINVAL, true },
	{ "mount", SYS_mount, { 0, 0, 0, 0, 0 }, EFAULT },
	{ "unshare", SYS_unshare, { 0 }, 0 },
	{ "setns", SYS_setns, { -1, 0 }, EBADF },
	{ "clone3", SYS_clone3, { 0, 0 }, EINVAL },
	{ "clone3", SYS_clone3, { 0, 1 << 24 }, E2BIG },
	{ "openat2", SYS_openat2, { -1, 0, 0, 0 }, EINVAL },
	{ "openat2", SYS_openat2, { -1, 0, 0, 1 << 24 }, E2BIG },
	{ "pidfd_open", SYS_pidfd_open, { -1, 0 }, EINVAL },
	{ "pidfd_open", SYS_pidfd_open, { 0x7fffffff, 0 }, ESRCH },
	{ "close_range", SYS_close_range, { 1, 0, 0 }, EINVAL },
	{ "close_range", SYS_close_range, { ~0u, ~0u, 0 }, 0 },
	{ "seccomp", SYS_seccomp, { ~0u, 0, 0 }, EINVAL },
	{ "seccomp", SYS_seccomp, { 1, 0, 0 }, EFAULT },
	{ "ioctl", SYS_ioctl, { -1, 0, 0 }, EBADF },
	{ "mkdirat", SYS_mkdirat, { -1, 0, 0 }, EFAULT },
	{ "openat", SYS_openat, { -1, 0, 0 }, EFAULT },
	{ "statfs", SYS_statfs, { 0, 0 }, EFAULT },
	{ "write", SYS_write, { -1, 0, 0 }, EBADF },
};

/*
 * May this process mount where it is? 1, 0, or -1 if it cannot be told: mount_setattr(2)
 * with no attributes asks for the privilege and then finds nothing to read.
 */
static int may_mount(void)
{
	if (syscall(SYS_mount_setattr, -1, NULL, 0, NULL, 32) == 0)
		return -1;
	return errno == EFAULT ? 1 : errno == EPERM ? 0 : -1;
}

int call_filtered(const char *name, int err)
{
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++) {
		const struct harmless *h = &harmless[i];
		/* A filter that answers as the kernel would cannot be told from it. */
		if (strcmp(h->name, name) || h->err == err ||
			(h->privilege_first && err == EPERM && may_mount() != 1))
			continue;
		const long *arg = h->args;
		long r = syscall(h->nr, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
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

static bool is_unshare_user(const struct verdict *v)
{
	return is_call(v, "unshare") && strstr(v->stage, "user");
}

static bool by_chroot(const struct ask *a, struct verdict *v)
{
	if (!is_unshare_user(v) || v->err != EPERM)
		return false;
	int moved = root_moved();
	if (moved == 0 || (moved < 0 && root_is_mount(a->env)))
		return false;
	return found(v,
		"this process is in a chroot, where no user namespace can be made",
		"enter the tree with pivot_root instead of chroot (unshare --mount, "
		"systemd-nspawn, bwrap)");
}

/* Is `id` mapped in this process's user namespace? Unknown counts as mapped. */
static bool is_mapped(const struct env *env, const char *map, unsigned long id)
{
	char text[8192];
	unsigned long inside, count;

	if (env_file(env, map, text, sizeof(text)) < 0)
		return true;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (sscanf(line, "%lu %*u %lu", &inside, &count) == 2 && id >= inside &&
			id - inside < count)
			return true;
	return false;
}

static bool by_unmapped_id(const struct ask *a, struct verdict *v)
{
	if (!is_unshare_user(v) || v->err != EPERM || a->own_userns ||
		(is_mapped(a->env, "/proc/self/uid_map", a->env->uid) &&
			is_mapped(a->env, "/proc/self/gid_map", a->env->gid)))
		return false;
	return found(v,
		"this process's user or group id is not mapped in the user namespace it is in",
		"map the id when that namespace is made (unshare --map-current-user, docker: "
		"--userns, podman: --userns=keep-id)");
}

/* Debian's and Arch's knob: who is not root in the initial user namespace may make none. */
static bool by_debian_sysctl(const struct ask *a, struct verdict *v)
{
	bool root = env_has_cap(a->env, CAP_SYS_ADMIN) && !a->env->own_userns &&
		!a->own_userns;

	if (!is_unshare_user(v) || v->err != EPERM || root ||
		env_number(a->env, "/proc/sys/kernel/unprivileged_userns_clone") != 0)
		return false;
	return found(v, "sysctl kernel.unprivileged_userns_clone is 0",
		"sysctl -w kernel.unprivileged_userns_clone=1 (any user may then make user "
		"namespaces), or ask as root");
}

/*
 * Ubuntu's knob: a program without an AppArmor profile of its own is denied the namespace,
 * or gets one in which it has no capability. Only such a program's label proves it.
 */
static bool by_apparmor_sysctl(const struct ask *a, struct verdict *v)
{
	char label[128] = "", cause[300];
	bool map = is_call(v, "write") && strstr(v->stage, "_map");

	if ((!is_unshare_user(v) && !map && !a->own_userns) ||
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
	return found(v, cause,
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
static bool by_limit(const struct ask *a, struct verdict *v)
{
	char path[96];

	if ((v->err != ENOSPC && v->err != EUSERS) || !is_call(v, "unshare"))
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

/* Container engines put a read-only mount over /proc/sys. */
static bool by_readonly_proc(const struct ask *a, struct verdict *v)
{
	struct statvfs fs;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/proc/sys/user", a->env->prefix);
	if (v->err != EROFS || !strstr(v->stage, "max_") || statvfs(path, &fs) < 0 ||
		!(fs.f_flag & ST_RDONLY))
		return false;
	return found(v, "/proc/sys is mounted read-only here",
		"run without read-only system paths (docker: --security-opt systempaths=unconfined, "
		"podman: --security-opt unmask=ALL, Kubernetes: procMount: Unmasked)");
}

/* Calls that need CAP_SYS_ADMIN in the user namespace at hand. */
static bool by_capability(const struct ask *a, struct verdict *v)
{
	static const char *const admin[] = { "unshare", "mount", "mount_setattr",
		"open_tree", "open_tree_attr", "fsopen", "fsconfig", "fsmount",
		"move_mount", "setns" };

	if (v->err != EPERM || env_has_cap(a->env, CAP_SYS_ADMIN) || a->own_userns ||
		strstr(v->stage, "user"))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(admin); i++)
		if (is_call(v, admin[i]))
			return found(v, "the asker lacks CAP_SYS_ADMIN",
				"ask as root, or inside a user namespace of one's own");
	return false;
}

static bool is_sysfs(const struct verdict *v)
{
	return strstr(v->stage, "sysfs") || strstr(v->stage, "proc");
}

/*
 * Inside a user namespace, what belongs to an outer one stays out of reach, and so does a
 * proc or sysfs that would show what a mount over the old one hides (mount_too_revealing()).
 */
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
	if (is_call(v, "fsmount") && is_sysfs(v)) {
		VERDICT_TEXT(v->layer, "mask");
		return found(v,
			"/proc or /sys is partly masked by other mounts here, or read-only, and a "
			"fresh one would reveal what that hides",
			"run the outer container without masked paths (docker: --security-opt "
			"systempaths=unconfined, podman: --security-opt unmask=ALL, Kubernetes: "
			"procMount: Unmasked)");
	}
	if (is_call(v, "fsopen") || is_call(v, "fsconfig"))
		return found(v,
			"the file system may not be mounted in a user namespace, or stands for a "
			"namespace that this one does not own",
			"make the network, pid or ipc namespace inside the user namespace first");
	return false;
}

#define DELEGATE                                                                         \
	"run in a delegated cgroup: systemd-run --user --scope -p Delegate=yes COMMAND " \
	"(systemd), or have root chown the cgroup directory, its cgroup.procs and its "  \
	"cgroup.subtree_control to this user"

/* May the asker write this file of its own cgroup? Asked of the permissions, not by writing. */
static bool may_write(const struct env_cgroup *cg, const char *file)
{
	_cleanup_close_ int own = open(cg->own, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return own >= 0 && faccessat(own, file, W_OK, AT_EACCESS) == 0;
}

static bool by_cgroup(const struct ask *a, struct verdict *v)
{
	struct env_cgroup cg;
	struct statvfs fs;

	if (!strstr(v->stage, "cgroup") || env_cgroup(a->env, &cg) < 0 || !*cg.own)
		return false;
	if (v->err == EROFS && statvfs(cg.own, &fs) == 0 && (fs.f_flag & ST_RDONLY))
		return found(v, "the cgroup file system is mounted read-only here",
			"run with a writable cgroup mount (docker: --privileged or --security-opt "
			"writable-cgroups=true, podman: --security-opt unmask=/sys/fs/cgroup)");
	if (v->err != EACCES)
		return false;
	if (!may_write(&cg, ".")) {
		VERDICT_TEXT(v->cause, "the cgroup %.300s is not delegated to this user",
			cg.own);
	} else if (!may_write(&cg, "cgroup.procs")) {
		VERDICT_TEXT(v->cause,
			"directories can be made in %.200s, but its cgroup.procs may not be written: "
			"no process can be moved across it",
			cg.own);
	} else if (!may_write(&cg, "cgroup.subtree_control")) {
		VERDICT_TEXT(v->cause,
			"cgroups can be made and filled in %.200s, but its cgroup.subtree_control may "
			"not be written: no controller can be handed down",
			cg.own);
	} else {
		return false;
	}
	VERDICT_TEXT(v->remedy, DELEGATE);
	return true;
}

/* What could be, where nothing is proven. */
static void unproven(const struct ask *a, struct verdict *v)
{
	const char *filter =
		a->env->seccomp == 2 ? ", a seccomp filter that looks at arguments" : "";

	if (is_unshare_user(v))
		VERDICT_TEXT(v->cause,
			"unproven: an LSM%s, a chroot, or a patch of the distribution's kernel",
			filter);
	else
		VERDICT_TEXT(v->cause,
			"unproven: an LSM%s, a missing capability or a rule of the kernel",
			filter);
	VERDICT_TEXT(v->remedy,
		"%slook for a denial in the kernel log (dmesg, ausearch -m avc)",
		is_unshare_user(v) && a->env->uid != 0
			? "ask again as root, who can tell a chroot; else "
			: "");
}

void cause_find(const struct ask *a, struct verdict *v)
{
	static const struct {
		const char *layer;
		bool (*proves)(const struct ask *a, struct verdict *v);
	} causes[] = {
		{ "seccomp", by_seccomp },
		{ "limit", by_limit },
		{ "unmapped", by_unmapped_id },
		{ "chroot", by_chroot },
		{ "sysctl", by_debian_sysctl },
		{ "lsm", by_apparmor_sysctl },
		{ "mask", by_readonly_proc },
		{ "cgroup", by_cgroup },
		{ "capability", by_capability },
		{ "ownership", by_ownership },
	};

	for (size_t i = 0; i < ARRAY_SIZE(causes); i++) {
		if (causes[i].proves(a, v)) {
			if (!*v->layer)
				VERDICT_TEXT(v->layer, "%s", causes[i].layer);
			return;
		}
	}
	VERDICT_TEXT(v->layer, "unproven");
	unproven(a, v);
}
