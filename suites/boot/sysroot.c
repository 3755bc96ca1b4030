#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sysroot.h"

#define LINKS_MAX 40 /* in a path, as in the kernel */

/* A path on its way from a name with links to one without. */
struct walk {
	size_t root;         /* the length of the root's own path */
	char done[PATH_MAX]; /* begins with the root, and has no links */
	char rest[PATH_MAX];
	char *next; /* in the rest */
	int links;
};

/* Puts the target of a link in front of the rest. */
static int walk_link(struct walk *w, const char *target)
{
	char rest[PATH_MAX];

	if (++w->links > LINKS_MAX)
		return -ELOOP;
	if (*target == '/')
		w->done[w->root] = '\0';
	if (snprintf(rest, sizeof(rest), "%s/%s", target, w->next ? w->next : "") >=
		(int)sizeof(rest))
		return -ENAMETOOLONG;
	w->next = strcpy(w->rest, rest);
	return 0;
}

static int walk_name(struct walk *w, const char *name)
{
	size_t len = strlen(w->done), left = sizeof(w->done) - len;
	char target[PATH_MAX];

	if (!*name || !strcmp(name, "."))
		return 0;
	if (!strcmp(name, "..")) {
		if (len > w->root)
			*strrchr(w->done, '/') = '\0';
		return 0;
	}
	if ((size_t)snprintf(w->done + len, left, "/%s", name) >= left)
		return -ENAMETOOLONG;
	ssize_t n = readlink(w->done, target, sizeof(target) - 1);
	if (n < 0)
		return errno == EINVAL ? 0 : -errno;
	target[n] = '\0';
	w->done[len] = '\0';
	return walk_link(w, target);
}

/* What openat2(RESOLVE_IN_ROOT) does, which older kernels and filters do not know. */
static int walk(const char *root, const char *path, char file[PATH_MAX])
{
	struct walk w = { .root = strlen(root) };
	char *name;
	int r = 0;

	if (snprintf(w.rest, sizeof(w.rest), "%s", path) >= (int)sizeof(w.rest))
		return -ENAMETOOLONG;
	strcpy(w.done, root);
	w.next = w.rest;
	while (r == 0 && (name = strsep(&w.next, "/")))
		r = walk_name(&w, name);
	strcpy(file, w.done);
	return r;
}

int sysroot_resolve(const char *root, const char *path, char file[PATH_MAX])
{
	if (*root)
		return walk(root, path, file);
	/* What has no name any more may still be there: /proc/self/exe. */
	if (!realpath(path, file) && snprintf(file, PATH_MAX, "%s", path) >= PATH_MAX)
		return -ENAMETOOLONG;
	return 0;
}

int sysroot_file(const char *root, const char *path, char file[PATH_MAX])
{
	struct stat st;
	int r = sysroot_resolve(root, path, file);

	if (r < 0)
		return r;
	if (stat(file, &st) < 0 || access(file, R_OK) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? 0 : S_ISDIR(st.st_mode) ? -EISDIR : -EACCES;
}

int sysroot_init(const char *dir, char root[PATH_MAX])
{
	*root = '\0';
	if (*dir && !realpath(dir, root))
		return -errno;
	if (!strcmp(root, "/"))
		*root = '\0';
	return 0;
}

const char *path_below(const char *dir, const char *path)
{
	size_t len = strlen(dir);

	while (len && dir[len - 1] == '/')
		len--;
	return len && !strncmp(path, dir, len) && path[len] == '/' ? path + len : NULL;
}
