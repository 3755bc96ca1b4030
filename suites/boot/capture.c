#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "capture.h"
#include "cleanup.h"

/* Files, and directories with all below. Nothing here changes when it is read. */
static const char *const captured[] = {
	"/proc/cgroups",
	"/proc/cmdline",
	"/proc/filesystems",
	"/proc/self/cgroup",
	"/proc/self/gid_map",
	"/proc/self/mountinfo",
	"/proc/self/setgroups",
	"/proc/self/status",
	"/proc/self/uid_map",
	"/proc/sys/fs",
	"/proc/sys/kernel",
	"/proc/sys/user",
	"/proc/sys/vm",
	"/proc/version",
	"/sys/fs/cgroup/cgroup.controllers",
	"/sys/fs/cgroup/cgroup.subtree_control",
	"/sys/fs/cgroup/unified/cgroup.controllers",
	"/sys/kernel/cgroup",
	"/sys/kernel/security/lsm",
	"/sys/module/apparmor/parameters/enabled",
};

static struct {
	void (*send)(void *ctx, const char *path, const char *text);
	void *ctx;
} to; /* nftw(3) hands on nothing */

static int capture_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	char text[65536];

	/* A new identifier at every boot, or every read, is nobody's property. */
	if (type != FTW_F || !strncmp(path, "/proc/sys/kernel/random/", 24))
		return 0;
	_cleanup_close_ int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n < 0)
		return 0;
	text[n] = '\0';
	to.send(to.ctx, path, text);
	return 0;
}

void capture_files(void (*send)(void *ctx, const char *path, const char *text), void *ctx)
{
	to.send = send;
	to.ctx = ctx;
	for (size_t i = 0; i < ARRAY_SIZE(captured); i++)
		nftw(captured[i], capture_one, 16, FTW_PHYS);
}

static bool is_safe(const char *path)
{
	return *path == '/' && !strstr(path, "/../") && !strstr(path, "//") &&
		strcmp(path + strlen(path) - 1, "/") &&
		(strlen(path) < 3 || strcmp(path + strlen(path) - 3, "/.."));
}

int capture_write(const char *dir, const char *path, const char *text)
{
	char full[PATH_MAX];

	if (!is_safe(path) ||
		snprintf(full, sizeof(full), "%s%s", dir, path) >= (int)sizeof(full))
		return -EINVAL;
	for (char *slash = full + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(full, 0755) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	_cleanup_fclose_ FILE *out = fopen(full, "we");
	if (!out || fputs(text, out) == EOF || fflush(out) == EOF)
		return -errno;
	return 0;
}
