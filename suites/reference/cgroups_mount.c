/* A mount of type "cgroup", as the container sees it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroups_file.h"
#include "mount.h"
#include "uapi/mount.h"

#define WORDS_MAX 16 /* controllers of one hierarchy */

/* A hierarchy as the namespace that we are in shows it; detached. */
static int fresh(const struct hierarchy *h, unsigned long attr, struct failure *f)
{
	char text[sizeof(h->controllers)], *words[WORDS_MAX + 1] = { 0 }, *save = NULL;
	size_t n = 0;

	if (is_v2(h))
		return mount_new("cgroup2", "cgroup", NULL, attr, f);
	strcpy(text, h->controllers);
	for (char *word = strtok_r(text, ",", &save); word && n < WORDS_MAX;
		word = strtok_r(NULL, ",", &save))
		words[n++] = word;
	return mount_new("cgroup", "cgroup", words, attr, f);
}

/* The container's own cgroup of it; detached, without the attributes. */
static int clone_own(const struct hierarchy *h, struct failure *f)
{
	_cleanup_close_ int dir = cgfs_open(h, NULL);

	if (dir < 0)
		return fail(f, -dir, "open(%s%s)", h->mount, h->path);
	int mnt = sys_open_tree(
		dir, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	return mnt < 0 ? fail(f, errno, "open_tree(%s%s)", h->mount, h->path) : mnt;
}

/*
 * Before 5.12 attributes are only to be had of what is attached (mount_change()); who
 * could use it in between is not born yet.
 */
static int attach(int mnt, int at, unsigned long attr, int proc, const char *what,
	struct failure *f)
{
	bool before = !attr || mount_change(mnt, proc, attr, 0, false) == 0;
	int r = mount_attach(mnt, at);

	if (r < 0)
		return fail(f, -r, "move_mount(%s)", what);
	if (!before)
		r = mount_change(mnt, proc, attr, 0, false);
	return r < 0 ? fail(f, -r, "mount_setattr(%s)", what) : 0;
}

static int mount_one(const struct hierarchy *h, int at, bool own_namespace,
	unsigned long attr, int proc, struct failure *f)
{
	_cleanup_close_ int mnt = own_namespace ? fresh(h, attr, f) : -1;

	if (mnt >= 0)
		return attach(mnt, at, 0, proc, h->mount, f);
	/* What the namespace would show as its top, shown from outside. */
	_cleanup_close_ int own = clone_own(h, f);
	return own < 0 ? own : attach(own, at, attr, proc, h->mount, f);
}

/* "cpu" and "cpuacct" for "cpu,cpuacct", as on the host. */
static int link_controllers(int top, const char *name, struct failure *f)
{
	char text[NAME_MAX + 1], *save = NULL;

	if (!strchr(name, ','))
		return 0;
	snprintf(text, sizeof(text), "%s", name);
	for (char *word = strtok_r(text, ",", &save); word;
		word = strtok_r(NULL, ",", &save))
		if (symlinkat(name, top, word) < 0 && errno != EEXIST)
			return fail(f, errno, "symlink(%s)", word);
	return 0;
}

/* One below the tmpfs `top`, by the name that it has on the host. */
static int mount_below(const struct hierarchy *h, int top, bool own_namespace,
	unsigned long attr, int proc, struct failure *f)
{
	const char *slash = strrchr(h->mount, '/'), *name = slash ? slash + 1 : h->mount;

	if (mkdirat(top, name, 0755) < 0)
		return fail(f, errno, "mkdir(%s)", name);
	_cleanup_close_ int at = openat(top, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (at < 0)
		return fail(f, errno, "open(%s)", name);
	int r = mount_one(h, at, own_namespace, attr, proc, f);
	return r < 0 ? r : link_controllers(top, name, f);
}

int cgroups_mount(const struct cgroups *cg, int at, bool own_namespace,
	unsigned long attr, int proc, struct failure *f)
{
	static char mode[] = "mode=755";
	char *const data[] = { mode, NULL };
	const unsigned long ro = attr & MOUNT_ATTR_RDONLY;

	if (!cg->count)
		return fail(f, 0, "there is no cgroup hierarchy to be mounted");
	if (cg->unified)
		return mount_one(&cg->list[0], at, own_namespace, attr, proc, f);
	_cleanup_close_ int top = mount_new("tmpfs", "cgroup", data, attr & ~ro, f);
	if (top < 0)
		return top;
	/* What is attached to a detached mount is refused by all but new kernels. */
	int r = attach(top, at, 0, proc, "tmpfs", f);
	for (size_t i = 0; i < cg->count && r == 0; i++)
		r = mount_below(&cg->list[i], top, own_namespace, attr, proc, f);
	if (r < 0 || !ro)
		return r;
	r = mount_change(top, proc, ro, 0, false);
	return r < 0 ? fail(f, -r, "mount_setattr(tmpfs, ro)") : 0;
}
