#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cleanup.h"
#include "init.h"
#include "printable.h"

#define DEPTH_MAX (PATH_MAX / 2)

static json_t *errno_json(int err)
{
	return json_string(strerrorname_np(err) ?: "unknown errno");
}

static uint64_t mount_of(int fd)
{
	struct statx stx = { 0 };

	statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &stx);
	return stx.stx_mask & STATX_MNT_ID ? stx.stx_mnt_id : 0;
}

/*
 * The mounts of the dock, which are the host's: is one of them the mount `id`, or of the file
 * system `dev`?
 */
static bool mounted_here(uint64_t id, dev_t dev)
{
	_cleanup_fclose_ FILE *mounts = fopen("/proc/self/mountinfo", "re");
	_cleanup_free_ char *line = NULL;
	unsigned long long seen;
	unsigned major, minor;
	size_t size = 0;

	while (mounts && getline(&line, &size, mounts) > 0)
		if (sscanf(line, "%llu %*u %u:%u", &seen, &major, &minor) == 3 &&
			(seen == id || makedev(major, minor) == dev))
			return true;
	return !mounts;
}

json_t *init_exe(pid_t pid)
{
	struct statvfs vfs;
	struct stat st;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0 || fstatvfs(fd, &vfs) < 0)
		return errno_json(errno);
	int seals = fcntl(fd, F_GET_SEALS);
	if (seals >= 0 && seals & F_SEAL_WRITE)
		return json_string("sealed");
	if (st.st_nlink == 0)
		return json_string("nameless");
	/* All of the dock's are read-only, which says nothing about the runtime. */
	if (vfs.f_flag & ST_RDONLY && !mounted_here(mount_of(fd), 0))
		return json_string("read-only");
	return json_string("named");
}

static bool same(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev &&
		x.st_ino == y.st_ino;
}

static bool same_place(int a, int b)
{
	return same(a, b) && mount_of(a) == mount_of(b);
}

/* Where going up from `dir`, in the mounts that it stands in, meets `root` or ends; or -1. */
static int top_of(int dir, int root)
{
	int here = openat(dir, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	for (int depth = 0; here >= 0 && depth < DEPTH_MAX; depth++) {
		if (same_place(here, root))
			return here;
		int up = openat(here, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		bool is_top = up >= 0 && same_place(here, up);
		close(here);
		if (is_top)
			return up;
		here = up;
	}
	cleanup_close(&here);
	return -1;
}

/*
 * What is mounted nowhere on the host is the runtime's own: it may hold a procfs that is not
 * mounted at all, for example.
 */
static bool is_outside(int dir, int root)
{
	_cleanup_close_ int ours = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	_cleanup_close_ int top = top_of(dir, root);
	struct stat st;

	return !same(top, root) &&
		(same(top, ours) || (fstat(dir, &st) == 0 && mounted_here(0, st.st_dev)));
}

static void add_if_outside(json_t *list, pid_t pid, const char *name, int root)
{
	char path[300], to[PATH_MAX], text[PATH_MAX + 300];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	_cleanup_close_ int dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || !is_outside(dir, root))
		return;
	ssize_t n = readlink(path, to, sizeof(to) - 1);
	to[n > 0 ? n : 0] = '\0';
	snprintf(text, sizeof(text), "%s: %s", name, to);
	_cleanup_free_ char *clean = printable(text, strlen(text));
	json_array_append_new(list, json_string(clean ? clean : name));
}

json_t *init_dirs(pid_t pid)
{
	const struct dirent *e;
	json_t *list = json_array();
	char path[64], name[300];

	snprintf(path, sizeof(path), "/proc/%d/root", pid);
	_cleanup_close_ int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	_cleanup_closedir_ DIR *fds = opendir(path);
	if (root < 0 || !fds) {
		json_decref(list);
		return json_string("cannot be seen");
	}
	add_if_outside(list, pid, "cwd", root);
	while ((e = readdir(fds))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "fd/%s", e->d_name);
		add_if_outside(list, pid, name, root);
	}
	return list;
}
