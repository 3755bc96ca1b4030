#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "cgroups_file.h"
#include "env.h"
#include "pool.h"

/* Whatever else may be mounted there by now, nothing is made or written in it. */
int cgfs_top(const struct hierarchy *h)
{
	struct statfs fs;

	_cleanup_close_ int fd = open(h->mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstatfs(fd, &fs) < 0)
		return -errno;
	if (fs.f_type != (is_v2(h) ? CGROUP2_SUPER_MAGIC : CGROUP_SUPER_MAGIC))
		return -ENODEV;
	return TAKE_FD(fd);
}

int cgfs_open(const struct hierarchy *h, const char *below)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;

	_cleanup_close_ int top = cgfs_top(h);
	if (top < 0)
		return top;
	const char *path = h->path + strspn(h->path, "/");
	_cleanup_close_ int fd = openat(top, *path ? path : ".", flags);
	if (fd < 0)
		return -errno;
	if (!below)
		return TAKE_FD(fd);
	if (!cgfs_path_ok(below))
		return -EINVAL;
	int sub = openat(fd, below + strspn(below, "/"), flags);
	return sub < 0 ? -errno : sub;
}

ssize_t cgfs_read(int dir, const char *file, char *buf, size_t size)
{
	_cleanup_close_ int fd = openat(dir, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	return fd < 0 ? -errno : read_string(fd, buf, size);
}

int cgfs_write(int dir, const char *file, const char *text)
{
	_cleanup_close_ int fd = openat(dir, file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	do {
		size_t len = strcspn(text, "\n");
		/* An empty line is a value, too, but an empty write is none. */
		if (write(fd, len ? text : "\n", len ?: 1) < 0)
			return -errno;
		text += len + (text[len] == '\n');
	} while (*text);
	return 0;
}

static int event_of(const char *text, const char *key)
{
	size_t len = strlen(key);

	for (const char *at = text; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (!strncmp(at, key, len) && at[len] == ' ')
			return at[len + 1] != '0';
	}
	return -ENODATA;
}

int cgfs_event(int dir, const char *key)
{
	char text[256];

	ssize_t n = cgfs_read(dir, "cgroup.events", text, sizeof(text));
	return n < 0 ? n : event_of(text, key);
}

int cgfs_await(int dir, const char *key, int value, int64_t deadline)
{
	char text[256];

	_cleanup_close_ int fd = openat(dir, "cgroup.events", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	for (;;) {
		/* What changes after this is told by poll(2). */
		ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
		if (n < 0)
			return -errno;
		text[n] = '\0';
		int now = event_of(text, key);
		if (now < 0 || now == value)
			return now < 0 ? now : 0;
		struct pollfd p = { fd, POLLPRI, 0 };
		int r = poll(&p, 1, cgfs_left(deadline));
		if (r == 0)
			return -ETIMEDOUT;
		if (r < 0 && errno != EINTR)
			return -errno;
	}
}

int cgfs_left(int64_t deadline)
{
	int64_t left = deadline - (int64_t)now_ms();

	return left > 0 ? (int)left : 0;
}

bool cgfs_path_ok(const char *path)
{
	bool any = false;

	if (strlen(path) >= PATH_MAX || strchr(path, '\n'))
		return false;
	for (const char *at = path; *(at += strspn(at, "/")); at += strcspn(at, "/")) {
		size_t len = strcspn(at, "/");
		if (len > NAME_MAX || (len == 2 && !strncmp(at, "..", 2)) ||
			(len == 1 && *at == '.'))
			return false;
		any = true;
	}
	return any;
}

int cgfs_each_child(int dir, int (*fn)(int dir, const char *name, void *ctx), void *ctx)
{
	const struct dirent *e;
	int r = 0;

	/* A descriptor of its own: reading it moves its offset. */
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_closedir_ DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d)
		return -errno;
	while (r == 0 && (e = readdir(d)))
		if (e->d_type == DT_DIR && strcmp(e->d_name, ".") &&
			strcmp(e->d_name, ".."))
			r = fn(dir, e->d_name, ctx);
	return r;
}

const struct hierarchy *cgroups_v2(const struct cgroups *cg)
{
	for (size_t i = 0; i < cg->count; i++)
		if (is_v2(&cg->list[i]))
			return &cg->list[i];
	return NULL;
}

const struct hierarchy *cgroups_v1(const struct cgroups *cg, const char *controller)
{
	for (size_t i = 0; i < cg->count; i++)
		if (!is_v2(&cg->list[i]) && has_word(cg->list[i].controllers, controller))
			return &cg->list[i];
	return NULL;
}
