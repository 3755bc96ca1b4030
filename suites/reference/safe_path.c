#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "cleanup.h"
#include "safe_path.h"
#include "uapi/openat2.h"

#define LINKS_MAX     40  /* as many as the kernel follows */
#define AGAIN_MAX     128 /* openat2(2) says EAGAIN when anything is renamed meanwhile */
#define MAKE_MAX      8
#define PROC_MAGIC    0x9fa0
#define PROC_ROOT_INO 1

enum make { MAKE_NOTHING, MAKE_DIRS, MAKE_FILE };

struct how {
	int flags; /* of open(2), for what is at the end */
	bool plain;
	enum make make;
	mode_t mode; /* of directories made */
};

/*
 * One resolution, a component at a time. ".." is never asked of the kernel: a directory
 * can be moved out of the root meanwhile, and its parent is then outside. It is the path
 * gone so far less its last name, walked again from the root.
 */
struct walk {
	int root; /* borrowed */
	int at;   /* what `done` is; O_PATH */
	const struct how *how;
	unsigned links;
	char done[PATH_MAX]; /* "" is the root, "/a/b" */
	char rest[PATH_MAX];
};

static void walk_move(struct walk *w, int fd)
{
	close(w->at);
	w->at = fd;
}

/* Goes to w->done again, of which no component is a link. */
static int walk_again(struct walk *w)
{
	_cleanup_close_ int fd = openat(w->root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char path[PATH_MAX], *next = path, *name;

	if (fd < 0)
		return -errno;
	strcpy(path, w->done);
	while ((name = strsep(&next, "/"))) {
		if (!*name)
			continue;
		int below =
			openat(fd, name, O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);
		if (below < 0)
			return errno == ELOOP || errno == ENOTDIR ? -EAGAIN : -errno;
		close(fd);
		fd = below;
	}
	walk_move(w, TAKE_FD(fd));
	return 0;
}

static int walk_up(struct walk *w)
{
	char *slash = strrchr(w->done, '/');

	if (!slash)
		return 0;
	*slash = '\0';
	return walk_again(w);
}

/* Does a link of procfs lead by itself, whatever its text says (/proc/PID/root, ns/net)? */
static bool is_magic(int fd, const char *target)
{
	struct statfs fs;

	return (*target == '/' || strchr(target, ':')) &&
		(fstatfs(fd, &fs) < 0 || fs.f_type == PROC_MAGIC);
}

/* Puts the target of the link `fd` before what is left. */
static int walk_link(struct walk *w, int fd)
{
	char target[PATH_MAX], rest[PATH_MAX];

	if (w->how->plain || ++w->links > LINKS_MAX)
		return -ELOOP;
	ssize_t n = readlinkat(fd, "", target, sizeof(target));
	if (n < 0)
		return -errno;
	if (n == 0)
		return -ENOENT;
	if (n == sizeof(target))
		return -ENAMETOOLONG;
	target[n] = '\0';
	if (is_magic(fd, target))
		return -ELOOP;
	strcpy(rest, w->rest);
	/* An empty rest gets no slash: it would ask for a directory. */
	if (snprintf(w->rest, sizeof(w->rest), "%s%s%s", target, *rest ? "/" : "",
		    rest) >= (int)sizeof(w->rest))
		return -ENAMETOOLONG;
	if (*target != '/')
		return 0;
	*w->done = '\0';
	return walk_again(w);
}

static bool same_file(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev &&
		x.st_ino == y.st_ino;
}

/* Makes `name` in w->at, if nobody else just did. */
static int walk_make(struct walk *w, const char *name, bool last)
{
	bool file = last && w->how->make == MAKE_FILE;
	mode_t before = umask(0);
	_cleanup_close_ int fd = -1;
	int r = 0;

	if (file)
		r = fd = openat(w->at, name,
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	else
		r = mkdirat(w->at, name, w->how->mode);
	r = r < 0 ? -errno : 0;
	umask(before);
	if (r < 0)
		return r == -EEXIST ? 0 : r;
	_cleanup_close_ int made = openat(w->at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	if (made < 0 || fstat(made, &st) < 0)
		return -errno;
	return (file ? same_file(fd, made) : S_ISDIR(st.st_mode)) ? 0 : -EAGAIN;
}

static int walk_open(struct walk *w, const char *name, bool last)
{
	int fd = openat(w->at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 || errno != ENOENT || w->how->make == MAKE_NOTHING)
		return fd < 0 ? -errno : fd;
	int r = walk_make(w, name, last);
	if (r < 0)
		return r;
	fd = openat(w->at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* One name. `last`: there is nothing after it; `dir`: it has to be a directory. */
static int walk_name(struct walk *w, const char *name, bool last, bool dir)
{
	size_t len = strlen(w->done);
	struct stat st;

	if (!strcmp(name, ".."))
		return walk_up(w);
	_cleanup_close_ int fd = walk_open(w, name, last);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode)) {
		if (dir && last)
			strcpy(w->rest, "."); /* "link/" is what it leads to */
		if (!last || dir || !(w->how->flags & O_NOFOLLOW))
			return walk_link(w, fd);
	} else if (dir && !S_ISDIR(st.st_mode)) {
		return -ENOTDIR;
	}
	if (snprintf(w->done + len, sizeof(w->done) - len, "/%s", name) >=
		(int)(sizeof(w->done) - len))
		return -ENAMETOOLONG;
	walk_move(w, TAKE_FD(fd));
	return 0;
}

/* Takes the next name off w->rest; false: nothing is left. */
static bool walk_next(
	struct walk *w, char name[NAME_MAX + 2], bool *ret_last, bool *ret_dir)
{
	const char *from = w->rest + strspn(w->rest, "/");
	size_t len = strcspn(from, "/");
	const char *after = from + len + strspn(from + len, "/");

	if (len == 0)
		return false;
	/* One longer than any that there is: the kernel says so. */
	snprintf(name, NAME_MAX + 2, "%.*s", (int)len, from);
	*ret_dir = from[len] == '/';
	*ret_last = !*after;
	memmove(w->rest, after, strlen(after) + 1);
	return true;
}

/* Opens what was found, by its directory and name where it is not a directory. */
static int walk_end(struct walk *w)
{
	int flags = w->how->flags | O_CLOEXEC;
	char *name = strrchr(w->done, '/');
	struct stat st;

	if (fstat(w->at, &st) < 0)
		return -errno;
	if (flags & O_DIRECTORY && !S_ISDIR(st.st_mode))
		return -ENOTDIR;
	if (flags & O_PATH)
		return TAKE_FD(w->at);
	if (S_ISDIR(st.st_mode)) {
		int fd = openat(w->at, ".", flags);
		return fd < 0 ? -errno : fd;
	}
	*name = '\0';
	int r = walk_again(w);
	if (r < 0)
		return r;
	int fd = openat(w->at, name + 1, flags | O_NOFOLLOW);
	return fd < 0 ? -errno : fd;
}

static int walk(int root, const char *path, const struct how *how)
{
	struct walk w = { .root = root, .how = how };
	char name[NAME_MAX + 2];
	bool last, dir;
	int r = 0;

	if (!*path)
		return -ENOENT;
	if (snprintf(w.rest, sizeof(w.rest), "%s", path) >= (int)sizeof(w.rest))
		return -ENAMETOOLONG;
	w.at = openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (w.at < 0)
		return -errno;
	while (r == 0 && walk_next(&w, name, &last, &dir))
		if (strcmp(name, "."))
			r = walk_name(&w, name, last, dir);
	if (r == 0)
		r = walk_end(&w);
	cleanup_close(&w.at);
	return r;
}

static int resolve(int root, const char *path, const struct how *how)
{
	struct plimsoll_open_how by = {
		.flags = (unsigned)how->flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS |
			(how->plain ? RESOLVE_NO_SYMLINKS : 0),
	};
	int r = -EAGAIN;

	for (int i = 0; i < AGAIN_MAX && r == -EAGAIN; i++) {
		r = sys_openat2(root, path, &by);
		if (r < 0)
			r = -errno;
		/* EPERM: a filter that is older than the call says it. */
		if (r == -ENOSYS || r == -EPERM)
			r = walk(root, path, how);
	}
	return r;
}

int safe_open(int root, const char *path, int flags)
{
	struct how how = { .flags = flags };

	if (flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)))
		return -EINVAL;
	return resolve(root, path, &how);
}

/*
 * What is made is then looked up as anybody would: what it is, not where we believe it
 * to be, is what is returned. If that is another, somebody is moving things under us.
 */
static int make_below(int root, const char *path, const struct how *make)
{
	struct how look = { .flags = make->flags, .plain = make->plain };

	for (int i = 0; i < MAKE_MAX; i++) {
		int fd = resolve(root, path, &look);
		if (fd != -ENOENT)
			return fd;
		_cleanup_close_ int made = walk(root, path, make);
		if (made == -EAGAIN)
			continue;
		if (made < 0)
			return made;
		fd = resolve(root, path, &look);
		if (fd < 0 || same_file(fd, made))
			return fd;
		close(fd);
	}
	return -EAGAIN;
}

int safe_mkdirs(int root, const char *path, mode_t mode)
{
	struct how how = {
		.flags = O_PATH | O_DIRECTORY,
		.make = MAKE_DIRS,
		.mode = mode,
	};

	return make_below(root, path, &how);
}

int safe_mkdirs_plain(int root, const char *path, mode_t mode)
{
	struct how how = {
		.flags = O_PATH | O_DIRECTORY,
		.plain = true,
		.make = MAKE_DIRS,
		.mode = mode,
	};

	return make_below(root, path, &how);
}

int safe_mkfile(int root, const char *path)
{
	struct how how = { .flags = O_PATH, .make = MAKE_FILE, .mode = 0755 };
	size_t len = strlen(path);
	struct stat st;

	if (len > 0 && path[len - 1] == '/')
		return -EISDIR;
	_cleanup_close_ int fd = make_below(root, path, &how);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	return S_ISDIR(st.st_mode) ? -EISDIR : TAKE_FD(fd);
}

int safe_parent(int root, const char *path, mode_t mode, char *ret_name)
{
	char dir[PATH_MAX] = "/";
	size_t end = strlen(path), start;

	if (end >= sizeof(dir))
		return -ENAMETOOLONG;
	while (end > 0 && path[end - 1] == '/')
		end--;
	for (start = end; start > 0 && path[start - 1] != '/'; start--)
		;
	size_t len = end - start;
	if (len == 0 || (len <= 2 && !strncmp(path + start, "..", len)))
		return -EINVAL;
	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	if (start > 0)
		snprintf(dir, sizeof(dir), "%.*s", (int)start, path);
	int fd = safe_mkdirs(root, dir, mode);
	if (fd >= 0)
		snprintf(ret_name, NAME_MAX + 1, "%.*s", (int)len, path + start);
	return fd;
}

bool safe_is_procfs(int fd)
{
	struct statfs fs;
	struct stat st;

	return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_MAGIC && fstat(fd, &st) == 0 &&
		st.st_ino == PROC_ROOT_INO;
}
