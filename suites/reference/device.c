/* Device nodes, fifos and the links that every /dev has. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "bind.h"
#include "init.h"
#include "mount.h"
#include "safe_path.h"
#include "uapi/mount.h"

struct device {
	char what[48];    /* "linux.devices[3]", for messages */
	const char *path; /* in the container */
	mode_t type;      /* S_IFCHR, S_IFBLK, S_IFIFO */
	dev_t number;
	mode_t mode;
	uid_t uid;
	gid_t gid;
	const json_t *asked; /* its entry in linux.devices, or NULL */
};

/* "Default Devices" of config-linux.md; /dev/console and /dev/ptmx are no nodes. */
static const struct {
	const char *path;
	unsigned major, minor;
} defaults[] = {
	{ "/dev/null", 1, 3 },
	{ "/dev/zero", 1, 5 },
	{ "/dev/full", 1, 7 },
	{ "/dev/random", 1, 8 },
	{ "/dev/urandom", 1, 9 },
	{ "/dev/tty", 5, 0 },
};

static const struct {
	const char *name, *to;
	const char *if_proc; /* only if procfs has this */
} links[] = {
	{ "fd", "/proc/self/fd", NULL },
	{ "stdin", "/proc/self/fd/0", NULL },
	{ "stdout", "/proc/self/fd/1", NULL },
	{ "stderr", "/proc/self/fd/2", NULL },
	{ "core", "/proc/kcore", "kcore" },
	{ "ptmx", "pts/ptmx", NULL },
};

/* The next component of a path and its length; 0 at the end. */
static size_t component(const char **path)
{
	for (;;) {
		*path += strspn(*path, "/");
		size_t len = strcspn(*path, "/");
		if (len != 1 || **path != '.')
			return len;
		++*path;
	}
}

/* Is `path` `dir`, or (`below`) anything under it? As text: links are resolved later. */
static bool is_path(const char *path, const char *dir, bool below)
{
	for (;;) {
		size_t dir_len = component(&dir), len = component(&path);
		if (!dir_len)
			return below ? len > 0 : len == 0;
		if (len != dir_len || memcmp(path, dir, len))
			return false;
		path += len;
		dir += len;
	}
}

static bool is_bind(const json_t *mount)
{
	const char *type = config_string(mount, "type");
	const json_t *option;
	size_t i;

	json_array_foreach(json_object_get(mount, "options"), i, option)
		if (!strcmp(json_string_value(option), "bind") ||
			!strcmp(json_string_value(option), "rbind"))
			return true;
	return type && !strcmp(type, "bind");
}

/*
 * Is /dev somebody else's, perhaps the host's? A bind is; and so is a mount that was in
 * the root file system before. Then nothing is made or changed in it.
 */
static bool dev_is_foreign(const struct init *in)
{
	const json_t *mount, *last = NULL;
	size_t i;

	json_array_foreach(in->config->mounts, i, mount)
		if (is_path(config_string(mount, "destination"), "/dev", false))
			last = mount;
	if (last)
		return is_bind(last);
	_cleanup_close_ int dev =
		openat(in->rootfs, "dev", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	return dev >= 0 &&
		bind_mount_id(in->proc, dev) != bind_mount_id(in->proc, in->rootfs);
}

static void read_device(const json_t *asked, size_t i, struct device *ret)
{
	char type = config_string(asked, "type")[0];

	*ret = (struct device) {
		.path = config_string(asked, "path"),
		.type = type == 'b'   ? S_IFBLK
			: type == 'p' ? S_IFIFO
				      : S_IFCHR,
		.mode = config_integer(asked, "fileMode", 0666) & 07777,
		.uid = config_integer(asked, "uid", 0),
		.gid = config_integer(asked, "gid", 0),
		.asked = asked,
	};
	snprintf(ret->what, sizeof(ret->what), "linux.devices[%zu]", i);
	if (ret->type != S_IFIFO)
		ret->number = makedev(config_integer(asked, "major", 0),
			config_integer(asked, "minor", 0));
}

static bool is_device(const struct stat *st, const struct device *d)
{
	return (st->st_mode & S_IFMT) == d->type &&
		(d->type == S_IFIFO || st->st_rdev == d->number);
}

/* chown(2) takes bits of the mode away, so it comes first. */
static int own(int proc, int fd, const struct device *d, struct failure *f)
{
	char path[SAFE_FD_PATH];
	struct stat st;

	if (fstat(fd, &st) < 0)
		return fail(f, errno, "%s: fstat(%s)", d->what, d->path);
	if ((st.st_uid != d->uid || st.st_gid != d->gid) &&
		fchownat(fd, "", d->uid, d->gid, AT_EMPTY_PATH) < 0)
		return fail(f, errno, "%s: chown(%s)", d->what, d->path);
	snprintf(path, sizeof(path), "self/fd/%d", fd);
	if (fstat(fd, &st) < 0)
		return fail(f, errno, "%s: fstat(%s)", d->what, d->path);
	if ((st.st_mode & 07777) != d->mode && fchmodat(proc, path, d->mode, 0) < 0)
		return fail(f, errno, "%s: chmod(%s)", d->what, d->path);
	return 0;
}

/* The host's node: where it is to be in the container, or where udev links to it. */
static int open_host(const struct device *d, struct failure *f)
{
	char by_number[64];
	const char *const paths[] = { d->path, by_number };
	struct stat st;

	snprintf(by_number, sizeof(by_number), "/dev/%s/%u:%u",
		d->type == S_IFBLK ? "block" : "char", major(d->number),
		minor(d->number));
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		_cleanup_close_ int fd = open(paths[i], O_PATH | O_CLOEXEC);
		if (fd >= 0 && fstat(fd, &st) == 0 && is_device(&st, d))
			return TAKE_FD(fd);
	}
	return fail(f, 0, "%s: mknod(%s) is not allowed, and the host has no such node",
		d->what, d->path);
}

/*
 * Has a node of the host's, which we may not change, what was asked for? An owner that
 * the user namespace has no number for cannot be told, and counts as right.
 */
static int check_bound(const struct device *d, const struct stat *st, struct failure *f)
{
	const uid_t unmapped = 65534;

	if (json_object_get(d->asked, "fileMode") && (st->st_mode & 07777) != d->mode)
		return fail(f, 0,
			"%s.fileMode: the host's %s has %04o, which cannot be changed",
			d->what, d->path, st->st_mode & 07777);
	if (json_object_get(d->asked, "uid") && st->st_uid != d->uid &&
		st->st_uid != unmapped)
		return fail(f, 0, "%s.uid: the host's %s has %u, which cannot be changed",
			d->what, d->path, st->st_uid);
	if (json_object_get(d->asked, "gid") && st->st_gid != d->gid &&
		st->st_gid != unmapped)
		return fail(f, 0, "%s.gid: the host's %s has %u, which cannot be changed",
			d->what, d->path, st->st_gid);
	return 0;
}

static int bind_checked(const struct init *in, int parent, const char *name,
	const struct device *d, struct failure *f)
{
	_cleanup_close_ int host = open_host(d, f);
	_cleanup_close_ int mnt = -1;
	struct stat st;

	if (host < 0)
		return host;
	_cleanup_close_ int at = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	int r = at < 0 ? -errno : bind_over(in->proc, host, at, false, &mnt);
	if (r < 0)
		return fail(
			f, -r, "%s: binding the host's node onto %s", d->what, d->path);
	if (mnt < 0)
		mnt = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (mnt < 0 || fstat(mnt, &st) < 0 || !is_device(&st, d))
		return fail(f, 0, "%s: %s has been replaced", d->what, d->path);
	r = mount_change(mnt, in->proc, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, 0, false);
	if (r < 0)
		return fail(f, -r, "%s: mount attributes of %s", d->what, d->path);
	return check_bound(d, &st, f);
}

/* What an earlier container left to bind a node on: nobody else makes an empty file with
 * no permission at all. */
static bool is_placeholder(const struct stat *st)
{
	return st->st_mode == S_IFREG && st->st_size == 0;
}

static int make_new(const struct init *in, int parent, const char *name,
	const struct device *d, struct failure *f)
{
	if (mknodat(parent, name, d->type, d->number) < 0) {
		if (errno != EPERM || d->type == S_IFIFO)
			return fail(f, errno, "%s: mknod(%s)", d->what, d->path);
		if (mknodat(parent, name, S_IFREG, 0) < 0)
			return fail(
				f, errno, "%s: a file to bind on, %s", d->what, d->path);
		return bind_checked(in, parent, name, d, f);
	}
	_cleanup_close_ int fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0 || !is_device(&st, d))
		return fail(f, 0, "%s: %s has been replaced", d->what, d->path);
	return own(in->proc, fd, d, f);
}

/*
 * Is a node that was there already the container's own? Only what is on the root file
 * system or on the /dev that was made for it is; anything else may be a bind of the
 * host's node, whose mode and owner are not for us to change.
 */
static bool is_own(const struct init *in, int fd)
{
	int id = bind_mount_id(in->proc, fd);

	if (id < 0 || id == bind_mount_id(in->proc, in->rootfs))
		return id >= 0;
	if (dev_is_foreign(in))
		return false;
	_cleanup_close_ int dev =
		openat(in->rootfs, "dev", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	return dev >= 0 && id == bind_mount_id(in->proc, dev);
}

static int place(const struct init *in, int parent, const char *name,
	const struct device *d, struct failure *f)
{
	_cleanup_close_ int fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return make_new(in, parent, name, d, f);
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(f, errno, "%s: open(%s)", d->what, d->path);
	if (is_device(&st, d))
		return is_own(in, fd) ? own(in->proc, fd, d, f) : check_bound(d, &st, f);
	if (in->userns && is_placeholder(&st) && d->type != S_IFIFO)
		return bind_checked(in, parent, name, d, f);
	return fail(f, EEXIST, "%s: %s is something else", d->what, d->path);
}

static int make_listed(const struct init *in, const struct device *d, struct failure *f)
{
	char name[NAME_MAX + 1];
	_cleanup_close_ int parent = safe_parent(in->rootfs, d->path, 0755, name);

	if (parent < 0)
		return fail(f, -parent, "%s: %s", d->what, d->path);
	return place(in, parent, name, d, f);
}

/* Somebody else's /dev has to have it already. */
static int find_listed(const struct init *in, const struct device *d, struct failure *f)
{
	_cleanup_close_ int fd = safe_open(in->rootfs, d->path, O_PATH);
	struct stat st;

	if (fd < 0)
		return fail(
			f, -fd, "%s: %s in a /dev that is not ours", d->what, d->path);
	if (fstat(fd, &st) < 0 || !is_device(&st, d))
		return fail(f, EEXIST, "%s: %s is something else", d->what, d->path);
	return 0;
}

/* The same path twice is fine only if it is the same in all else. */
static int check_twice(
	const json_t *list, size_t i, const struct device *d, struct failure *f)
{
	struct device other;

	for (size_t j = 0; j < i; j++) {
		read_device(json_array_get(list, j), j, &other);
		if (!is_path(d->path, other.path, false))
			continue;
		if (d->type != other.type || d->number != other.number ||
			d->mode != other.mode || d->uid != other.uid ||
			d->gid != other.gid)
			return fail(f, 0,
				"%s: %s is linux.devices[%zu], too, and different",
				d->what, d->path, j);
	}
	return 0;
}

static int make_list(const struct init *in, bool foreign, struct failure *f)
{
	const json_t *list = json_object_get(in->config->os, "devices"), *asked;
	struct device d;
	size_t i;

	json_array_foreach(list, i, asked) {
		read_device(asked, i, &d);
		int r = check_twice(list, i, &d, f);
		bool ptmx = d.type == S_IFCHR && d.number == makedev(5, 2) &&
			is_path(d.path, "/dev/ptmx", false);
		if (r == 0 && foreign && is_path(d.path, "/dev", true))
			r = find_listed(in, &d, f);
		else if (r == 0 &&
			!ptmx) /* which becomes a link to that of its own devpts */
			r = make_listed(in, &d, f);
		if (r < 0)
			return r;
	}
	return 0;
}

static bool is_listed(const struct init *in, const char *path)
{
	const json_t *asked;
	size_t i;

	json_array_foreach(json_object_get(in->config->os, "devices"), i, asked)
		if (is_path(config_string(asked, "path"), path, false))
			return true;
	return false;
}

static int make_defaults(const struct init *in, int dev, struct failure *f)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(defaults) && r == 0; i++) {
		struct device d = { .what = "default devices",
			.path = defaults[i].path,
			.type = S_IFCHR,
			.number = makedev(defaults[i].major, defaults[i].minor),
			.mode = 0666 };
		if (!is_listed(in, d.path))
			r = place(in, dev, d.path + strlen("/dev/"), &d, f);
	}
	return r;
}

static int make_link(int dev, const char *name, const char *to, struct failure *f)
{
	char now[PATH_MAX];
	struct stat st;

	if (symlinkat(to, dev, name) == 0)
		return 0;
	if (errno != EEXIST || fstatat(dev, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(f, errno, "default devices: symlink(/dev/%s)", name);
	/* Its kernel finds the devpts beside it: as good as the link. */
	if (S_ISCHR(st.st_mode) && st.st_rdev == makedev(5, 2) && !strcmp(name, "ptmx"))
		return 0;
	if (!S_ISLNK(st.st_mode))
		return fail(
			f, EEXIST, "default devices: /dev/%s is something else", name);
	ssize_t len = readlinkat(dev, name, now, sizeof(now));
	if (len == (ssize_t)strlen(to) && !memcmp(now, to, len))
		return 0;
	if (unlinkat(dev, name, 0) < 0 || symlinkat(to, dev, name) < 0)
		return fail(f, errno, "default devices: symlink(/dev/%s)", name);
	return 0;
}

static int make_links(const struct init *in, int dev, struct failure *f)
{
	struct stat st;
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(links) && r == 0; i++)
		if (!links[i].if_proc || fstatat(in->proc, links[i].if_proc, &st, 0) == 0)
			r = make_link(dev, links[i].name, links[i].to, f);
	return r;
}

/* Not by way of a link: where devices go is not for the image to say, even inside. */
static int open_dev(const struct init *in, struct failure *f)
{
	_cleanup_close_ int dev =
		openat(in->rootfs, "dev", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (dev < 0 && errno == ENOENT)
		dev = mkdirat(in->rootfs, "dev", 0755) < 0
			? -1
			: openat(in->rootfs, "dev", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (dev < 0 || fstat(dev, &st) < 0)
		return fail(f, errno, "default devices: open(/dev)");
	if (!S_ISDIR(st.st_mode))
		return fail(f, S_ISLNK(st.st_mode) ? ELOOP : ENOTDIR,
			"default devices: /dev of the root file system");
	return TAKE_FD(dev);
}

int init_devices(const struct init *in, struct failure *f)
{
	bool foreign = dev_is_foreign(in);
	_cleanup_close_ int dev = foreign ? -1 : open_dev(in, f);

	if (dev < 0 && !foreign)
		return dev;
	int r = make_list(in, foreign, f);
	if (r == 0 && !foreign)
		r = make_defaults(in, dev, f);
	if (r == 0 && !foreign)
		r = make_links(in, dev, f);
	return r;
}
