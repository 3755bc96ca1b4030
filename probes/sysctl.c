#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "ask.h"
#include "sysctl.h"

/* The words of both are the same: the kernel separates them by tabs. */
static bool same_words(const char *x, const char *y)
{
	while (*x || *y) {
		size_t len_x = strcspn(x, " \t"), len_y = strcspn(y, " \t");
		if (len_x != len_y || strncmp(x, y, len_x))
			return false;
		x += len_x + strspn(x + len_x, " \t");
		y += len_y + strspn(y + len_y, " \t");
	}
	return true;
}

static struct verdict refused(
	const struct ask *a, const char *call, const char *name, int err)
{
	const char *last = strrchr(name, '/');
	char stage[32], path[PATH_MAX];
	struct statvfs fs;

	snprintf(stage, sizeof(stage), "%s(%s)", call, last ? last + 1 : name);
	snprintf(path, sizeof(path), "%s/proc/sys/net", a->env->prefix);
	if (err != EROFS || statvfs(path, &fs) < 0 || !(fs.f_flag & ST_RDONLY))
		return answer_refused(a, stage, err);
	struct verdict v = answer_denied("mask", "/proc/sys is mounted read-only here",
		"run without read-only system paths (docker: --security-opt "
		"systempaths=unconfined, podman: --security-opt unmask=ALL, Kubernetes: "
		"procMount: Unmasked)",
		"%s: %s (EROFS)", stage, strerror(err));
	VERDICT_TEXT(v.stage, "%s", stage);
	v.err = err;
	return v;
}

int sysctl_set(const struct ask *a, const char *name, const char *value, char *ret_old,
	size_t size, struct verdict *ret_refused)
{
	char path[128], old[128], now[128];

	snprintf(path, sizeof(path), "/proc/sys/net/%s", name);
	ssize_t n = env_file(a->env, path, old, sizeof(old));
	if (n < 0) {
		*ret_refused = refused(a, "open", name, -n);
		return -1;
	}
	_cleanup_close_ int fd = env_open(a->env, path, O_RDWR);
	if (fd < 0) {
		*ret_refused = refused(a, "open", name, -fd);
		return -1;
	}
	if (write(fd, value, strlen(value)) < 0) {
		*ret_refused = refused(a, "write", name, errno);
		return -1;
	}
	n = env_file(a->env, path, now, sizeof(now));
	if (n < 0 || !same_words(now, value)) {
		*ret_refused = answer_fail(
			"\"%s\" was written to net/%s without an error, and \"%s\" is read",
			value, name, n < 0 ? "" : now);
		return -1;
	}
	snprintf(ret_old, size, "%s", old);
	return 0;
}

void sysctl_restore(const struct ask *a, const char *name, const char *old)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/proc/sys/net/%s", a->env->prefix, name);
	write_file(AT_FDCWD, path, old);
}
