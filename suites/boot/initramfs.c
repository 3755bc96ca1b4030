#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <search.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "archive.h"
#include "cleanup.h"
#include "closure.h"
#include "guest.h"
#include "initramfs.h"

#define LINKS_MAX   40   /* in a path, as in the kernel */
#define PARENT_MODE 0755 /* of directories that are only made for what is in them */

/* All paths in here are without a leading slash, and the top is "". */
struct node {
	char *path;
	mode_t type;
	char *target; /* of a link */
	char *source; /* the file on this machine, if it was named */
	bool implied; /* a directory that was only made for what is in it */
};

struct initramfs {
	int fd;
	struct archive_writing *writing;
	void *nodes; /* a tree of tsearch(3), by path */
};

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct node *)a)->path, ((const struct node *)b)->path);
}

static void node_free(void *node)
{
	struct node *e = node;

	free(e->path);
	free(e->target);
	free(e->source);
	free(e);
}

static struct node *lookup(const struct initramfs *fs, const char *path)
{
	const struct node key = { .path = (char *)path };
	struct node *const *found = tfind(&key, &fs->nodes, by_path);

	return found ? *found : NULL;
}

/* A new entry; NULL without memory. */
static struct node *note(struct initramfs *fs, const char *path, mode_t type)
{
	struct node *e = calloc(1, sizeof(*e));

	if (e)
		e->type = type;
	if (e && (e->path = strdup(path)) && tsearch(e, &fs->nodes, by_path))
		return e;
	if (e)
		node_free(e);
	return NULL;
}

struct initramfs *initramfs_new(char *why, size_t why_size)
{
	struct initramfs *fs = calloc(1, sizeof(*fs));

	if (!fs) {
		snprintf(why, why_size, "out of memory");
		return NULL;
	}
	fs->fd = memfd_create("initramfs", MFD_CLOEXEC);
	if (fs->fd < 0)
		snprintf(why, why_size, "no file in memory for the initramfs: %s",
			strerror(errno));
	else
		fs->writing = archive_create(fs->fd, why, why_size);
	if (fs->writing)
		return fs;
	initramfs_free(fs);
	return NULL;
}

void initramfs_free(struct initramfs *fs)
{
	if (!fs)
		return;
	archive_finish(fs->writing);
	tdestroy(fs->nodes, node_free);
	if (fs->fd >= 0)
		close(fs->fd);
	free(fs);
}

int initramfs_finish(struct initramfs *fs, char *why, size_t size)
{
	int r = archive_finish(TAKE_PTR(fs->writing));

	if (r == 0 && lseek(fs->fd, 0, SEEK_SET) < 0)
		r = -errno;
	if (r < 0)
		snprintf(why, size, "the initramfs cannot be written: %s", strerror(-r));
	int fd = r < 0 ? r : TAKE_FD(fs->fd);
	initramfs_free(fs);
	return fd;
}

/* --- where a path leads --- */

struct way {
	const char *base; /* what is the root to those who will follow it */
	char done[PATH_MAX];
	char rest[PATH_MAX];
	int links;
	bool follow; /* also where the last name is a link */
};

static int way_link(struct way *w, const char *target)
{
	char rest[PATH_MAX];

	if (++w->links > LINKS_MAX)
		return -ELOOP;
	if (*target == '/')
		strcpy(w->done, w->base);
	if (snprintf(rest, sizeof(rest), "%s/%s", target, w->rest) >= (int)sizeof(rest))
		return -ENAMETOOLONG;
	strcpy(w->rest, rest);
	return 0;
}

static void way_up(struct way *w)
{
	char *slash = strrchr(w->done, '/');

	if (strcmp(w->done, w->base))
		*(slash ? slash : w->done) = '\0';
}

static int make_parent(struct initramfs *fs, const char *path, const struct node *there)
{
	if (there)
		return S_ISDIR(there->type) ? 0 : -ENOTDIR;
	int r = archive_put_dir(fs->writing, path, PARENT_MODE);
	if (r < 0)
		return r;
	struct node *e = note(fs, path, S_IFDIR);
	if (!e)
		return -ENOMEM;
	e->implied = true;
	return 0;
}

static int way_name(struct initramfs *fs, struct way *w, const char *name)
{
	char next[PATH_MAX];
	bool last = !w->rest[strspn(w->rest, "/")];

	if (!*name || !strcmp(name, "."))
		return 0;
	if (!strcmp(name, "..")) {
		way_up(w);
		return 0;
	}
	if (snprintf(next, sizeof(next), "%s%s%s", w->done, *w->done ? "/" : "", name) >=
		(int)sizeof(next))
		return -ENAMETOOLONG;
	const struct node *there = lookup(fs, next);
	if (there && S_ISLNK(there->type) && (!last || w->follow))
		return way_link(w, there->target);
	strcpy(w->done, next);
	return last ? 0 : make_parent(fs, next, there);
}

/* All but the last directory of the way are made. */
static int walk(struct initramfs *fs, struct way *w, const char *path)
{
	static const char guest[] = GUEST_ROOT "/";
	char name[PATH_MAX];
	int r = 0;

	w->base = strncmp(path, guest, strlen(guest)) ? "" : GUEST_ROOT + 1;
	if (*path != '/')
		return -EINVAL;
	if (snprintf(w->rest, sizeof(w->rest), "%s", path) >= (int)sizeof(w->rest))
		return -ENAMETOOLONG;
	while (r == 0 && *w->rest) {
		size_t len = strcspn(w->rest, "/");
		snprintf(name, sizeof(name), "%.*s", (int)len, w->rest);
		len += w->rest[len] == '/';
		memmove(w->rest, w->rest + len, strlen(w->rest + len) + 1);
		r = way_name(fs, w, name);
	}
	return r;
}

/* --- putting things --- */

struct thing {
	mode_t mode;        /* type and permissions */
	const char *target; /* of a link */
	const void *data;   /* of a file; NULL: what is in `fd` */
	size_t len;
	int fd;
	const char *source; /* the file on this machine; or NULL */
	bool strict;        /* if a file is there already, it has to be the same */
};

static int same_contents(int a, int b)
{
	struct stat sa, sb;

	if (fstat(a, &sa) < 0 || fstat(b, &sb) < 0)
		return -errno;
	if ((sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino) ||
		sa.st_size != sb.st_size)
		return sa.st_size == sb.st_size;
	if (!sa.st_size)
		return true;
	void *da = mmap(NULL, sa.st_size, PROT_READ, MAP_PRIVATE, a, 0);
	void *db = mmap(NULL, sb.st_size, PROT_READ, MAP_PRIVATE, b, 0);
	int r = da == MAP_FAILED || db == MAP_FAILED ? -errno
						     : !memcmp(da, db, sa.st_size);
	if (da != MAP_FAILED)
		munmap(da, sa.st_size);
	if (db != MAP_FAILED)
		munmap(db, sb.st_size);
	return r;
}

/* Two systems in one tree: each with its own libc.so.6, and only one can be there. */
static int check_same(const struct node *there, const struct thing *t)
{
	if (!t->strict || !there->source || !strcmp(there->source, t->source))
		return 0;
	_cleanup_close_ int fd = open(there->source, O_RDONLY | O_CLOEXEC);
	int r = fd < 0 ? -errno : same_contents(fd, t->fd);
	return r < 0 ? r : r ? 0 : -EEXIST;
}

static int put_again(struct initramfs *fs, struct node *there, const struct thing *t)
{
	if (S_ISLNK(t->mode))
		return 0;
	if (S_ISREG(t->mode))
		return S_ISDIR(there->type) ? -EISDIR : check_same(there, t);
	if (!S_ISDIR(there->type))
		return -ENOTDIR;
	/* The kernel gives a directory that it has already the mode of the later entry. */
	bool again = there->implied && (t->mode & 07777) != PARENT_MODE;
	there->implied = false;
	return again ? archive_put_dir(fs->writing, there->path, t->mode) : 0;
}

static int put_new(struct initramfs *fs, const char *path, const struct thing *t)
{
	struct archive_writing *w = fs->writing;
	int r;

	if (S_ISDIR(t->mode))
		r = archive_put_dir(w, path, t->mode);
	else if (S_ISLNK(t->mode))
		r = archive_put_link(w, path, t->target);
	else if (t->data)
		r = archive_put_data(w, path, t->mode, t->data, t->len);
	else
		r = archive_put_fd(w, path, t->mode, t->fd);
	struct node *e = r == 0 ? note(fs, path, t->mode & S_IFMT) : NULL;
	if (!e)
		return r < 0 ? r : -ENOMEM;
	e->target = t->target ? strdup(t->target) : NULL;
	e->source = t->source ? strdup(t->source) : NULL;
	return (t->target && !e->target) || (t->source && !e->source) ? -ENOMEM : 0;
}

static int put(struct initramfs *fs, const char *path, const struct thing *t, char *why,
	size_t size)
{
	struct way w = { .follow = !S_ISLNK(t->mode) };
	int r = walk(fs, &w, path);

	if (r == 0 && *w.done) {
		struct node *there = lookup(fs, w.done);
		r = there ? put_again(fs, there, t) : put_new(fs, w.done, t);
		if (r == -EEXIST) {
			snprintf(why, size,
				"%s cannot be both %s and %s, which differ: the programs are of "
				"different systems",
				path, there->source, t->source);
			return r;
		}
	}
	if (r < 0)
		snprintf(why, size, "%s cannot be put into the initramfs: %s", path,
			strerror(-r));
	return r;
}

int initramfs_dir(
	struct initramfs *fs, const char *path, mode_t mode, char *why, size_t size)
{
	const struct thing t = { .mode = S_IFDIR | (mode & 07777) };

	return put(fs, path, &t, why, size);
}

int initramfs_link(struct initramfs *fs, const char *path, const char *target, char *why,
	size_t size)
{
	const struct thing t = { .mode = S_IFLNK, .target = target };

	return put(fs, path, &t, why, size);
}

int initramfs_data(struct initramfs *fs, const char *path, mode_t mode, const void *data,
	size_t len, char *why, size_t size)
{
	const struct thing t = {
		.mode = S_IFREG | (mode & 07777), .data = len ? data : "", .len = len
	};

	return put(fs, path, &t, why, size);
}

int initramfs_fd(struct initramfs *fs, const char *path, mode_t mode, int fd, char *why,
	size_t size)
{
	const struct thing t = { .mode = S_IFREG | (mode & 07777), .fd = fd };

	return put(fs, path, &t, why, size);
}

/* --- programs and trees --- */

struct carrying {
	struct initramfs *fs;
	const char *top;     /* libraries go below it */
	const char *sysroot; /* and come from there */
	const char *path;    /* of a tree, with `top` */
	char *why;
	size_t size;
};

static int too_long(const struct carrying *c, const char *path)
{
	snprintf(c->why, c->size, "%s: %s", path, strerror(ENAMETOOLONG));
	return -ENAMETOOLONG;
}

static int put_file(
	const struct carrying *c, const char *path, const char *file, bool strict)
{
	_cleanup_close_ int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		int r = -errno;
		snprintf(c->why, c->size, "%s: %s", file, strerror(-r));
		return r;
	}
	const struct thing t = {
		.mode = st.st_mode, .fd = fd, .source = file, .strict = strict
	};
	return put(c->fs, path, &t, c->why, c->size);
}

/* As closure_walk() calls it: `path` is where it stands in its own system. */
static int put_part(void *ctx, const char *path, const char *file)
{
	const struct carrying *c = ctx;
	char full[PATH_MAX];

	if (snprintf(full, sizeof(full), "%s%s", c->top, path) >= (int)sizeof(full))
		return too_long(c, path);
	return put_file(c, full, file, true);
}

int initramfs_program(struct initramfs *fs, const char *top, const char *path,
	const char *file, const char *sysroot, char *why, size_t size)
{
	struct carrying c = { .fs = fs, .top = top, .why = why, .size = size };

	return closure_walk(file, path, sysroot, put_part, &c, why, size);
}

/*
 * Of the many files in a tree some may be for other machines, or scripts for a language that
 * is not here: they come as they are.
 */
static int put_executable(struct carrying *c, const char *path, const char *file)
{
	size_t len = strlen(c->top);
	const char *place = strncmp(path, c->top, len) ? path : path + len;

	int r = closure_walk(file, place, c->sysroot, put_part, c, c->why, c->size);
	return r == -ENOEXEC || r == -ENOENT ? put_file(c, path, file, false) : r;
}

static int put_entry(void *ctx, const struct archive_file *file)
{
	struct carrying *c = ctx;
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", c->path, file->path) >=
		(int)sizeof(path))
		return too_long(c, file->path);
	if (S_ISDIR(file->mode))
		return initramfs_dir(c->fs, path, file->mode, c->why, c->size);
	if (S_ISLNK(file->mode))
		return initramfs_link(c->fs, path, file->link, c->why, c->size);
	if (file->mode & 0111)
		return put_executable(c, path, file->disk);
	return put_file(c, path, file->disk, false);
}

int initramfs_tree(struct initramfs *fs, const char *top, const char *path,
	const char *dir, const char *sysroot, char *why, size_t size)
{
	struct carrying c = { fs, top, sysroot, path, why, size };
	struct stat st;

	int r = stat(dir, &st) < 0 ? -errno : S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
	if (r < 0) {
		snprintf(why, size, "%s: %s", dir, strerror(-r));
		return r;
	}
	r = initramfs_dir(fs, path, st.st_mode, why, size);
	return r == 0 ? archive_walk(dir, put_entry, &c, why, size) : r;
}
