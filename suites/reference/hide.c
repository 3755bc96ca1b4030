/* linux.maskedPaths and linux.readonlyPaths. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "bind.h"
#include "init.h"
#include "mount.h"
#include "safe_path.h"
#include "uapi/mount.h"

#define EMPTY_FLAGS (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)

/* What is put over a path: one mount, which is attached where it is needed first and
 * cloned from there. */
struct lid {
	int mnt; /* -1: not made yet */
	bool attached;
};

struct hider {
	const struct init *in;
	const char *path;
	struct lid null, empty;
};

static bool is_null(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

int init_hide_prepare(struct init *in, struct failure *f)
{
	unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
	struct stat st;

	in->null = -1;
	if (!json_array_size(json_object_get(in->config->os, "maskedPaths")))
		return 0;
	_cleanup_close_ int fd = sys_open_tree(AT_FDCWD, "/dev/null", flags);
	if (fd < 0 && errno == ENOSYS)
		return 0; /* the container's own is taken, if it is one */
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(f, errno, "linux.maskedPaths: open_tree(/dev/null)");
	if (!is_null(&st))
		return fail(f, 0,
			"linux.maskedPaths: the host's /dev/null is something else");
	in->null = TAKE_FD(fd);
	return 0;
}

/*
 * Read-only, too: a device works all the same, but the container's root must not be able to change
 * the mode of what is the host's own /dev/null.
 */
static int close_lid(const struct hider *h, struct lid *l, int at)
{
	const uint64_t inert = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
	_cleanup_close_ int mnt = -1;

	if (l->attached)
		return bind_over(h->in->proc, l->mnt, at, false, &mnt);
	int r = mount_attach(l->mnt, at);
	if (r == 0)
		r = mount_change(l->mnt, h->in->proc, inert, 0, false);
	l->attached = r == 0;
	return r;
}

/* Where nothing could be taken from the host. A node with this number is the real one,
 * whoever made it. */
static int open_own_null(const struct init *in)
{
	_cleanup_close_ int fd = safe_open(in->rootfs, "/dev/null", O_PATH | O_NOFOLLOW);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	return is_null(&st) ? TAKE_FD(fd) : -ENODEV;
}

static int mask_file(struct hider *h, int at, struct failure *f)
{
	if (h->null.mnt < 0)
		h->null = (struct lid) { open_own_null(h->in), true };
	if (h->null.mnt < 0)
		return fail(f, -h->null.mnt, "%s: /dev/null in the container", h->path);
	int r = close_lid(h, &h->null, at);
	return r < 0 ? fail(f, -r, "%s: binding /dev/null", h->path) : 0;
}

static int mask_directory(
	struct hider *h, int at, const struct stat *st, struct failure *f)
{
	static char inodes[] = "nr_inodes=1", blocks[] = "nr_blocks=1",
		    mode[] = "mode=755";
	char *const data[] = { inodes, blocks, mode, NULL };
	const uint64_t attr = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
		MOUNT_ATTR_NOEXEC;
	struct stat empty;

	if (h->empty.attached && fstat(h->empty.mnt, &empty) == 0 &&
		empty.st_dev == st->st_dev)
		return 0;
	if (h->empty.mnt < 0)
		h->empty.mnt = mount_new("tmpfs", "tmpfs", data, attr, f);
	int r = h->empty.mnt;
	if (r >= 0)
		r = close_lid(h, &h->empty, at);
	else if (r == -ENOSYS)
		r = bind_by_path(h->in->proc, -1, at, "tmpfs", EMPTY_FLAGS,
			"nr_inodes=1,nr_blocks=1,mode=755");
	return r < 0 ? fail(f, -r, "%s: an empty tmpfs", h->path) : 0;
}

static int mask(struct hider *h, int at, const struct stat *st, struct failure *f)
{
	if (S_ISDIR(st->st_mode))
		return mask_directory(h, at, st, f);
	return is_null(st) ? 0 : mask_file(h, at, f);
}

/* Only the mount that the path is on, as read-only as others make it: what is mounted
 * below is for its own options. */
static int protect(struct hider *h, int at, const struct stat *st, struct failure *f)
{
	_cleanup_close_ int mnt = -1;
	struct stat now;
	int r = bind_over(h->in->proc, at, at, true, &mnt);

	if (r < 0)
		return fail(f, -r, "%s: binding it onto itself", h->path);
	if (mnt < 0)
		mnt = safe_open(h->in->rootfs, h->path, O_PATH);
	if (mnt < 0 || fstat(mnt, &now) < 0 || now.st_dev != st->st_dev ||
		now.st_ino != st->st_ino)
		return fail(f, 0, "%s: it has been replaced", h->path);
	r = mount_change(mnt, h->in->proc, MOUNT_ATTR_RDONLY, 0, false);
	return r < 0 ? fail(f, -r, "%s: making it read-only", h->path) : 0;
}

static bool is_root(const struct init *in, const struct stat *st)
{
	struct stat root;

	return fstat(in->rootfs, &root) == 0 && root.st_dev == st->st_dev &&
		root.st_ino == st->st_ino;
}

static int hide(struct hider *h,
	int (*how)(struct hider *, int, const struct stat *, struct failure *),
	struct failure *f)
{
	_cleanup_close_ int at = safe_open(h->in->rootfs, h->path, O_PATH);
	struct stat st;

	if (at == -ENOENT || at == -ENOTDIR)
		return 0;
	if (at < 0)
		return fail(f, -at, "%s: open", h->path);
	if (fstat(at, &st) < 0)
		return fail(f, errno, "%s: fstat", h->path);
	/* Nobody would be under what is put over the root. */
	if (is_root(h->in, &st))
		return fail(f, 0, "%s: it is the root", h->path);
	return how(h, at, &st, f);
}

static int hide_all(struct hider *h, const char *field,
	int (*how)(struct hider *, int, const struct stat *, struct failure *),
	struct failure *f)
{
	const json_t *path;
	size_t i;

	json_array_foreach(json_object_get(h->in->config->os, field), i, path) {
		h->path = json_string_value(path);
		if (hide(h, how, f) < 0)
			return fail_in(f, "linux.%s[%zu]", field, i);
	}
	return 0;
}

/* Of a root that is unbindable nothing can be bound: it has to be so a little later. */
static int set_root(const struct init *in, unsigned long propagation, struct failure *f)
{
	const char *asked = config_string(in->config->json, "linux.rootfsPropagation");

	if (!asked || !strstr(asked, "unbindable"))
		return 0;
	int r = bind_propagation(in->proc, in->rootfs, propagation);
	return r < 0 ? fail(f, -r, "linux.rootfsPropagation: %s", asked) : 0;
}

int init_hide(const struct init *in, struct failure *f)
{
	struct hider h = { in, NULL, { in->null, false }, { -1, false } };
	int r = set_root(in, MS_PRIVATE, f);

	if (r == 0)
		r = hide_all(&h, "readonlyPaths", protect, f);
	if (r == 0)
		r = hide_all(&h, "maskedPaths", mask, f);
	if (r == 0)
		r = set_root(in, MS_UNBINDABLE, f);
	if (h.empty.mnt >= 0)
		close(h.empty.mnt);
	if (h.null.mnt >= 0 && h.null.mnt != in->null)
		close(h.null.mnt);
	return r;
}
