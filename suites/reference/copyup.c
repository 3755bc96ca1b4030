#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "copyup.h"

#define XATTRS_MAX 65536 /* of a list, and of a value: the kernel's own bounds */

/* What decides about access comes along or it is an error; of others what tmpfs takes. */
static bool must_come_along(const char *name)
{
	return !strcmp(name, "security.capability") ||
		!strncmp(name, "system.posix_acl_", 17);
}

static int copy_xattr(int from, int to, const char *name, char *value)
{
	ssize_t n = fgetxattr(from, name, value, XATTRS_MAX);

	if (n < 0)
		return errno == ENODATA ? 0 : -errno;
	if (fsetxattr(to, name, value, n, 0) == 0 ||
		((errno == EOPNOTSUPP || errno == EPERM) && !must_come_along(name)))
		return 0;
	return -errno;
}

static int copy_xattrs(int from, int to)
{
	_cleanup_free_ char *names = malloc(2 * XATTRS_MAX);
	int r = 0;

	if (!names)
		return -ENOMEM;
	ssize_t n = flistxattr(from, names, XATTRS_MAX);
	if (n < 0)
		return errno == EOPNOTSUPP ? 0 : -errno;
	for (char *name = names; r == 0 && name < names + n; name += strlen(name) + 1)
		r = copy_xattr(from, to, name, names + XATTRS_MAX);
	return r;
}

/* Of what can be opened. The owner first: chown(2) takes set-id bits and capabilities. */
static int copy_about(int from, int to, const struct stat *st)
{
	const struct timespec times[] = { st->st_atim, st->st_mtim };

	if (fchown(to, st->st_uid, st->st_gid) < 0 || fchmod(to, st->st_mode & 07777) < 0)
		return -errno;
	int r = copy_xattrs(from, to);
	if (r == 0 && futimens(to, times) < 0)
		r = -errno;
	return r;
}

static int copy_data(int from, int to)
{
	ssize_t n;

	while ((n = sendfile(to, from, NULL, 1 << 30)) > 0)
		;
	return n < 0 ? -errno : 0;
}

static int copy_file(int from_dir, int to_dir, const char *name)
{
	struct stat st;
	_cleanup_close_ int from =
		openat(from_dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (from < 0 || fstat(from, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EAGAIN;
	_cleanup_close_ int to = openat(
		to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0)
		return -errno;
	int r = copy_data(from, to);
	return r < 0 ? r : copy_about(from, to, &st);
}

static int copy_link(int from, int to, const char *name)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(from, name, target, sizeof(target));

	if (n < 0)
		return -errno;
	if (n == sizeof(target))
		return -ENAMETOOLONG;
	target[n] = '\0';
	return symlinkat(target, to, name) < 0 ? -errno : 0;
}

/* A link, or what mknod(2) makes. */
static int copy_special(int from, int to, const char *name, const struct stat *st)
{
	const struct timespec times[] = { st->st_atim, st->st_mtim };
	bool is_link = S_ISLNK(st->st_mode);
	int r = 0;

	if (is_link)
		r = copy_link(from, to, name);
	else if (mknodat(to, name, (st->st_mode & S_IFMT) | 0600, st->st_rdev) < 0)
		r = -errno;
	if (r < 0)
		return r;
	if (fchownat(to, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0 ||
		/* Nobody else sees this tmpfs yet: it is what we just made. */
		(!is_link && fchmodat(to, name, st->st_mode & 07777, 0) < 0) ||
		utimensat(to, name, times, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return 0;
}

static int copy_dir(int from_dir, const char *from_name, int to, struct failure *f);

static int copy_below(int from, int to, const char *name, struct failure *f)
{
	if (mkdirat(to, name, 0700) < 0)
		return -errno;
	_cleanup_close_ int below =
		openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return below < 0 ? -errno : copy_dir(from, name, below, f);
}

static int copy_entry(int from, int to, const char *name, struct failure *f)
{
	struct stat st;
	int r;

	f->err = 0;
	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		r = -errno;
	else if (S_ISDIR(st.st_mode))
		r = copy_below(from, to, name, f);
	else if (S_ISREG(st.st_mode))
		r = copy_file(from, to, name);
	else
		r = copy_special(from, to, name, &st);
	if (r < 0 && f->err) /* further down, where it has a name already */
		return fail_in(f, "%s", name);
	return r < 0 ? fail(f, -r, "%s", name) : 0;
}

/* Into the open directory `to`; what is said of it comes last, it may be read-only. */
static int copy_dir(int from_dir, const char *from_name, int to, struct failure *f)
{
	struct dirent *entry;
	struct stat st;
	int fd = openat(
		from_dir, from_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir) {
		int err = errno;
		cleanup_close(&fd);
		return -err;
	}
	if (fstat(fd, &st) < 0)
		return -errno;
	while ((errno = 0, entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		int r = copy_entry(fd, to, entry->d_name, f);
		if (r < 0)
			return r;
	}
	return errno ? -errno : copy_about(fd, to, &st);
}

int copyup(int from, int to, struct failure *f)
{
	_cleanup_close_ int top = openat(to, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (top < 0)
		return fail(f, errno, "tmpcopyup: open");
	f->err = 0;
	int r = copy_dir(from, ".", top, f);
	if (r == 0)
		return 0;
	return f->err ? fail_in(f, "tmpcopyup") : fail(f, -r, "tmpcopyup");
}
