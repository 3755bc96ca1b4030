#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>

#include "bind.h"
#include "mount.h"
#include "old_root.h"
#include "uapi/mount.h"

struct old_mount {
	int id, parent;
	bool stays; /* the root itself, and what the container has */
	char *path; /* of its mount point, from the old root on; owned */
};

void old_root_release(struct old_root *o)
{
	for (size_t i = 0; i < o->count; i++)
		free(o->list[i].path);
	free(o->list);
}

/* mountinfo writes blanks, newlines and backslashes in octal. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		bool octal = s[0] == '\\' && strspn(s + 1, "01234567") >= 3;
		*to++ = octal ? (s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0') : *s;
		s += octal ? 3 : 0;
	}
	*to = '\0';
}

static int add(struct old_root *o, const char *line)
{
	struct old_mount m = { 0 };

	if (sscanf(line, "%d %d %*s %*s %ms", &m.id, &m.parent, &m.path) != 3)
		return -EBADMSG;
	struct old_mount *list = reallocarray(o->list, o->count + 1, sizeof(*list));
	if (!list) {
		free(m.path);
		return -ENOMEM;
	}
	unescape(m.path);
	o->list = list;
	o->list[o->count++] = m;
	return 0;
}

static const struct old_mount *find(const struct old_root *o, int id)
{
	for (size_t i = 0; i < o->count; i++)
		if (o->list[i].id == id)
			return &o->list[i];
	return NULL;
}

static bool is_below(const struct old_root *o, const struct old_mount *m, int id)
{
	for (; m && m->id != m->parent; m = find(o, m->parent))
		if (m->id == id)
			return true;
	return false;
}

static int by_depth(const void *a, const void *b)
{
	size_t la = strlen(((const struct old_mount *)a)->path);
	size_t lb = strlen(((const struct old_mount *)b)->path);

	return la < lb ? 1 : la > lb ? -1 : 0;
}

/* Keeps what has to go, the deepest first. */
static void keep_host(struct old_root *all, int rootfs)
{
	size_t kept = 0;

	for (size_t i = 0; i < all->count; i++) {
		struct old_mount *m = &all->list[i];
		m->stays = is_below(all, m, rootfs) || !strcmp(m->path, "/");
	}
	for (size_t i = 0; i < all->count; i++)
		if (all->list[i].stays)
			free(all->list[i].path);
		else
			all->list[kept++] = all->list[i];
	all->count = kept;
	if (kept)
		qsort(all->list, kept, sizeof(*all->list), by_depth);
}

int old_root_read(const struct init *in, struct old_root *ret, struct failure *f)
{
	_cleanup_old_root_ struct old_root o = { 0 };
	_cleanup_free_ char *line = NULL;
	size_t room = 0;
	int rootfs = bind_mount_id(in->proc, in->rootfs);
	_cleanup_close_ int fd = openat(in->proc, "self/mountinfo", O_RDONLY | O_CLOEXEC);
	_cleanup_fclose_ FILE *text = fd < 0 ? NULL : fdopen(fd, "re");

	if (rootfs < 0 || !text)
		return fail(
			f, rootfs < 0 ? -rootfs : errno, "root.path: reading mountinfo");
	TAKE_FD(fd);
	while (getline(&line, &room, text) > 0) {
		int r = add(&o, line);
		if (r < 0)
			return fail(f, -r, "root.path: reading mountinfo");
	}
	keep_host(&o, rootfs);
	*ret = o;
	o = (struct old_root) { 0 };
	return 0;
}

/* A mount that a user namespace has inherited is locked to its place. */
static int cover(int proc, int old, const char *path, struct failure *f)
{
	static char inodes[] = "nr_inodes=1", blocks[] = "nr_blocks=1";
	char *const data[] = { inodes, blocks, NULL };
	_cleanup_close_ int at =
		openat(old, path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (at < 0 && errno == ENOTDIR)
		return 0; /* out of reach, and one file shows nothing else */
	if (at < 0)
		return fail(f, errno, "root.path: open of the old /%s", path);
	_cleanup_close_ int mnt = mount_new("tmpfs", "tmpfs", data, MOUNT_ATTR_RDONLY, f);
	int r = mnt < 0 ? mnt : mount_attach(mnt, at);
	if (mnt == -ENOSYS)
		r = bind_by_path(
			proc, -1, at, "tmpfs", MS_RDONLY, "nr_inodes=1,nr_blocks=1");
	return r < 0 ? fail(f, -r, "root.path: covering the old /%s", path) : 0;
}

int old_root_clear(int proc, const struct old_root *o, int old, struct failure *f)
{
	int r = 0;

	if (fchdir(old) < 0)
		return fail(f, errno, "root.path: fchdir to the old root");
	for (size_t i = 0; i < o->count && r == 0; i++) {
		const char *path =
			o->list[i].path + 1; /* "/" itself has the new root on it */
		if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
			continue;
		if (errno != EINVAL && errno != EPERM)
			return fail(f, errno, "root.path: umount2 of the old /%s", path);
		r = cover(proc, old, path, f);
	}
	return r;
}
