/* Capabilities, ownership, mounts over /proc and /sys, cgroups, security modules. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cause.h"
#include "pool.h"
#include "uapi/mount.h"

/* Container engines put a read-only mount over /proc/sys. */
bool cause_by_readonly_proc(const struct ask *a, struct verdict *v)
{
	static const struct cause_remedies remedies = {
		.docker = "--security-opt systempaths=unconfined",
		.podman = "--security-opt unmask=ALL",
		.kubernetes = "procMount: Unmasked"
	};
	struct statvfs fs;
	char path[PATH_MAX], how[200];

	snprintf(path, sizeof(path), "%s/proc/sys/kernel", a->env->prefix);
	if (v->err != EROFS || strstr(v->stage, "cgroup") ||
		(!cause_is_call(v, "write") && !cause_is_call(v, "open")) ||
		statvfs(path, &fs) < 0 || !(fs.f_flag & ST_RDONLY))
		return false;
	VERDICT_TEXT(v->cause, "/proc/sys is mounted read-only here");
	cause_remedy(a->env, &remedies, v);
	snprintf(how, sizeof(how), "%s", v->remedy);
	VERDICT_TEXT(v->remedy, "run without read-only system paths (%s)", how);
	return true;
}

/* Whose ring is forbidden (6.6): with 1 everyone's but root's and a group's, with 2 everyone's. */
bool cause_by_io_uring_sysctl(const struct ask *a, struct verdict *v)
{
	bool root = env_has_cap(a->env, CAP_SYS_ADMIN) && !a->env->own_userns &&
		!a->own_userns;

	if (!cause_is_call(v, "io_uring_setup") || v->err != EPERM)
		return false;
	long long disabled = env_number(a->env, "/proc/sys/kernel/io_uring_disabled");
	if (disabled != 2 && (disabled != 1 || root))
		return false;
	VERDICT_TEXT(v->cause, "sysctl kernel.io_uring_disabled is %lld%s", disabled,
		disabled == 1
			? ", and the asker neither has CAP_SYS_ADMIN in the initial user "
			  "namespace nor is in the group kernel.io_uring_group"
			: "");
	VERDICT_TEXT(v->remedy,
		disabled == 1
			? "sysctl -w kernel.io_uring_group=GID (of those who may), or "
			  "kernel.io_uring_disabled=0 (everyone may; it had many bugs)"
			: "sysctl -w kernel.io_uring_disabled=1 (root and a group may) or "
			  "0 (everyone may; it had many bugs)");
	return true;
}

/* What a call takes, in the user namespace that owns its object. A stage comes first. */
static const struct {
	const char *call;
	int cap;
	const char *name;
} taken[] = {
	{ "unshare", CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
	{ "mount", CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
	{ "mount_setattr", CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
	{ "open_tree", CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
	{ "open_tree_attr", CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
	{ "fsopen", CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
	{ "fsconfig", CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
	{ "fsmount", CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
	{ "fspick", CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
	{ "move_mount", CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
	{ "umount2", CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
	{ "pivot_root", CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
	{ "setns", CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
	{ "sethostname", CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
	{ "setdomainname", CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
	{ "bpf", CAP_BPF, "CAP_BPF" },
	{ "kcmp", CAP_SYS_PTRACE, "CAP_SYS_PTRACE" },
	{ "pidfd_getfd", CAP_SYS_PTRACE, "CAP_SYS_PTRACE" },
	{ "mknodat", CAP_MKNOD, "CAP_MKNOD" },
	{ "mknod", CAP_MKNOD, "CAP_MKNOD" },
	{ "open_by_handle_at", CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH" },
	{ "socket(raw)", CAP_NET_RAW, "CAP_NET_RAW" },
	{ "userfaultfd", CAP_SYS_PTRACE, "CAP_SYS_PTRACE" },
};

bool cause_by_capability(const struct ask *a, struct verdict *v)
{
	if (v->err != EPERM || a->own_userns || strstr(v->stage, "user)"))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(taken); i++) {
		if ((strcmp(v->stage, taken[i].call) &&
			    !cause_is_call(v, taken[i].call)) ||
			env_has_cap(a->env, taken[i].cap))
			continue;
		VERDICT_TEXT(v->cause, "the asker lacks %s", taken[i].name);
		if (taken[i].cap == CAP_BPF)
			VERDICT_TEXT(v->remedy,
				"ask as root of the host; a user namespace does not help, a container "
				"needs --cap-add BPF (docker, podman) and none of its own");
		else if (a->env->uid != 0 || taken[i].cap == CAP_SYS_ADMIN)
			VERDICT_TEXT(v->remedy,
				"ask as root, or inside a user namespace of one's own%s",
				a->env->uid == 0
					? "; in a container, give it the capability"
					: "");
		else
			VERDICT_TEXT(v->remedy,
				"give it the capability (docker, podman: --cap-add %s; Kubernetes: "
				"securityContext.capabilities.add; systemd: CapabilityBoundingSet=)",
				taken[i].name + strlen("CAP_"));
		return true;
	}
	return false;
}

/*
 * In a Landlock domain that handles file systems no mount tree may be changed (landlock(7)),
 * while detached mounts are still made: in a mount namespace of one's own, where nothing else
 * stands in the way, a new tmpfs can be had and not be attached.
 */
static bool attach_refused(void)
{
	_cleanup_close_ int fs = sys_fsopen("tmpfs", FSOPEN_CLOEXEC);

	if (fs < 0 || sys_fsconfig(fs, PLIMSOLL_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return false;
	_cleanup_close_ int mnt = sys_fsmount(fs, FSMOUNT_CLOEXEC, 0);
	return mnt >= 0 &&
		sys_move_mount(mnt, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0 &&
		errno == EPERM;
}

bool cause_by_landlock(const struct ask *a, struct verdict *v)
{
	static const char *const calls[] = { "mount", "move_mount", "umount2",
		"pivot_root" };
	int status = 1, parent = getpid();
	bool concerned = false;

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		concerned = concerned || cause_is_call(v, calls[i]);
	/* The version of its interface: 1 or more where the kernel has it. */
	if (!concerned || v->err != EPERM ||
		syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 1)
		return false;
	pid_t pid = fork();
	if (pid == 0) {
		die_with_parent(parent);
		_exit(unshare(CLONE_NEWNS) == 0 && attach_refused() ? 0 : 1);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0)
		return false;
	return cause_found(v,
		"a Landlock domain: no process in it may change mounts, though it may make "
		"detached ones",
		"run it outside of the sandbox that set up the domain; a domain cannot be left");
}

static bool is_sysfs(const struct verdict *v)
{
	return strstr(v->stage, "sysfs") || strstr(v->stage, "proc");
}

/* "fsopen(sysfs)" says so; "fsconfig(create)" does not say of what. */
static bool stands_for_namespace(const struct verdict *v)
{
	return is_sysfs(v) || strstr(v->stage, "mqueue");
}

/*
 * Inside a user namespace, what belongs to an outer one stays out of reach, and so does a
 * proc or sysfs that would show what a mount over the old one hides (mount_too_revealing()).
 */
bool cause_by_ownership(const struct ask *a, struct verdict *v)
{
	if (v->err != EPERM || (!a->own_userns && !a->env->own_userns))
		return false;
	if (a->own_userns && !a->env->own_userns && a->env->uid == 0 &&
		!env_has_cap(a->env, CAP_SYS_ADMIN)) {
		VERDICT_TEXT(v->layer, "capability");
		return cause_found(v,
			"the asker is root and lacks CAP_SYS_ADMIN: it asked in a user namespace of "
			"its own, to which this does not belong",
			"give root the capability (docker, podman: --cap-add SYS_ADMIN; Kubernetes: "
			"securityContext.capabilities.add; systemd: CapabilityBoundingSet=)");
	}
	if (cause_is_call(v, "mount_setattr") || cause_is_call(v, "open_tree_attr") ||
		cause_is_call(v, "open_tree"))
		return cause_found(v,
			"the file system or mount belongs to an outer user namespace than the "
			"asker's",
			"ask as root of the initial user namespace, or of a file system mounted in "
			"this one");
	if (cause_is_call(v, "fsmount") && is_sysfs(v)) {
		VERDICT_TEXT(v->layer, "mask");
		return cause_found(v,
			"/proc or /sys is partly masked by other mounts here, or read-only, and a "
			"fresh one would reveal what that hides",
			"run the outer container without masked paths (docker: --security-opt "
			"systempaths=unconfined, podman: --security-opt unmask=ALL, Kubernetes: "
			"procMount: Unmasked)");
	}
	if (!cause_is_call(v, "fsopen") && !cause_is_call(v, "fsconfig"))
		return false;
	if (stands_for_namespace(v))
		return cause_found(v,
			"the file system stands for a namespace that this user namespace does not own",
			"make the network, pid or ipc namespace inside the user namespace first");
	return cause_found(v, "the file system may not be mounted in a user namespace",
		"ask as root of the host");
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

bool cause_by_cgroup(const struct ask *a, struct verdict *v)
{
	struct env_cgroup cg;
	struct statvfs fs;

	if (!strstr(v->stage, "cgroup") || env_cgroup(a->env, &cg) < 0 || !*cg.own)
		return false;
	if (v->err == EROFS && statvfs(cg.own, &fs) == 0 && (fs.f_flag & ST_RDONLY))
		return cause_found(v, "the cgroup file system is mounted read-only here",
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
