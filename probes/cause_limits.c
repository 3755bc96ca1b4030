/* What is used up, and reads as a full disk, too many open files or a missing feature. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cause.h"

/*
 * EDQUOT from a key call is the key quota of the user, not a disk's. /proc/key-users tells
 * (keyrings(7)): "UID: usage nkeys/nikeys qnkeys/maxkeys qnbytes/maxbytes".
 */
bool cause_by_key_quota(const struct ask *a, struct verdict *v)
{
	char text[16384];
	unsigned uid, keys, max_keys, bytes, max_bytes;
	const char *root = a->env->uid == 0 && !a->env->own_userns ? "root_" : "";

	if (v->err != EDQUOT ||
		env_file(a->env, "/proc/key-users", text, sizeof(text)) < 0)
		return false;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (sscanf(line, " %u: %*d %*d/%*d %u/%u %u/%u", &uid, &keys, &max_keys,
			    &bytes, &max_bytes) != 5 ||
			uid != a->env->uid)
			continue;
		VERDICT_TEXT(v->cause,
			"the key quota of uid %u is used up: %u of %u keys, %u of %u bytes",
			uid, keys, max_keys, bytes, max_bytes);
		VERDICT_TEXT(v->remedy,
			"this is no full disk: sysctl -w kernel.keys.%smaxkeys=N "
			"kernel.keys.%smaxbytes=N, or end what holds the keys (cat /proc/keys)",
			root, root);
		return true;
	}
	return false;
}

static bool may_open_files(void)
{
	_cleanup_close_ int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	return fd >= 0 || (errno != EMFILE && errno != ENFILE);
}

bool cause_by_files(const struct ask *a, struct verdict *v)
{
	struct rlimit limit;

	if ((v->err != EMFILE && v->err != ENFILE) || may_open_files() ||
		getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return false;
	if (v->err == ENFILE)
		return cause_found(v, "sysctl fs.file-max is used up by the whole host",
			"raise it (sysctl -w fs.file-max=N), or end what holds the files");
	VERDICT_TEXT(v->cause, "RLIMIT_NOFILE is %llu, and this process has used it up",
		(unsigned long long)limit.rlim_cur);
	VERDICT_TEXT(v->remedy,
		"raise it: ulimit -n N; systemd: LimitNOFILE=; docker, podman: --ulimit nofile=N");
	return true;
}

/* Files can be opened, so it is the number of inotify instances (inotify(7)). */
bool cause_by_inotify(const struct ask *a, struct verdict *v)
{
	if ((v->err != EMFILE && v->err != ENOSPC) || !strstr(v->stage, "inotify"))
		return false;
	const char *which = v->err == EMFILE ? "instances" : "watches";
	char path[80];
	snprintf(path, sizeof(path), "/proc/sys/fs/inotify/max_user_%s", which);
	long long limit = env_number(a->env, path);
	VERDICT_TEXT(v->cause,
		"this user has used up its inotify %s (sysctl fs.inotify.max_user_%s is %lld)",
		which, which, limit);
	VERDICT_TEXT(v->remedy,
		"this is neither a full disk nor too many open files: sysctl -w "
		"fs.inotify.max_user_%s=N (kind and kubelet want 512 instances and 524288 watches "
		"or more)",
		which);
	return true;
}

bool cause_by_mount_max(const struct ask *a, struct verdict *v)
{
	static const char *const calls[] = { "mount", "move_mount", "open_tree",
		"unshare" };

	for (size_t i = 0; i < ARRAY_SIZE(calls) && v->err == ENOSPC; i++) {
		long long limit = env_number(a->env, "/proc/sys/fs/mount-max");
		if (!cause_is_call(v, calls[i]) || limit < 0)
			continue;
		int mounts = env_count_lines(a->env, "/proc/self/mountinfo");
		if (2LL * mounts < limit)
			continue;
		VERDICT_TEXT(v->cause,
			"sysctl fs.mount-max is %lld, and this mount namespace has %d mounts",
			limit, mounts);
		VERDICT_TEXT(v->remedy,
			"this is no full disk: sysctl -w fs.mount-max=N, or find what left the "
			"mounts behind (findmnt)");
		return true;
	}
	return false;
}

static bool can_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return pid >= 0 || errno != EAGAIN;
}

bool cause_by_processes(const struct ask *a, struct verdict *v)
{
	struct env_cgroup cg;
	char path[PATH_MAX + 16];
	struct rlimit limit;

	if (v->err != EAGAIN || can_fork())
		return false;
	if (env_cgroup(a->env, &cg) == 0 && *cg.own) {
		snprintf(path, sizeof(path), "%s/pids.max", cg.own);
		long long max = env_number(a->env, path);
		snprintf(path, sizeof(path), "%s/pids.current", cg.own);
		if (max > 0 && env_number(a->env, path) >= max) {
			VERDICT_TEXT(v->cause, "pids.max of the cgroup %.200s is %lld",
				cg.own, max);
			VERDICT_TEXT(v->remedy,
				"raise it: systemd: TasksMax=; docker, podman: --pids-limit; "
				"Kubernetes: the kubelet's podPidsLimit");
			return true;
		}
	}
	if (getrlimit(RLIMIT_NPROC, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
		return false;
	VERDICT_TEXT(v->cause,
		"no more processes: RLIMIT_NPROC is %llu, or a limit of the host "
		"(kernel.pid_max, kernel.threads-max) is used up",
		(unsigned long long)limit.rlim_cur);
	VERDICT_TEXT(v->remedy, "raise it: ulimit -u N; systemd: LimitNPROC=");
	return true;
}
