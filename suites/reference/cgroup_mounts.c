/*
 * As in probes/, but without libmount, which a static program does well without. The
 * table that getmntent(3) reads does not tell the root of a mount.
 */
#include <errno.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup_mounts.h"
#include "cleanup.h"

static int add(struct cgroup_mount **list, size_t count, const struct mntent *m)
{
	struct cgroup_mount *more = reallocarray(*list, count + 1, sizeof(**list));

	if (!more)
		return -ENOMEM;
	*list = more;
	more += count;
	more->v2 = !strcmp(m->mnt_type, "cgroup2");
	snprintf(more->root, sizeof(more->root), "/");
	snprintf(more->target, sizeof(more->target), "%s", m->mnt_dir);
	snprintf(more->options, sizeof(more->options), "%s", m->mnt_opts);
	return 0;
}

ssize_t cgroup_mounts(const char *prefix, struct cgroup_mount **ret)
{
	_cleanup_free_ struct cgroup_mount *list = NULL;
	char path[PATH_MAX], line[2 * PATH_MAX];
	struct mntent m;
	ssize_t count = 0;
	int r = 0;

	snprintf(path, sizeof(path), "%s/proc/self/mounts", prefix);
	_cleanup_fclose_ FILE *table = fopen(path, "re");
	if (!table)
		return -errno;
	while (r == 0 && getmntent_r(table, &m, line, sizeof(line)))
		if (!strcmp(m.mnt_type, "cgroup") || !strcmp(m.mnt_type, "cgroup2"))
			r = add(&list, count++, &m);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(list);
	return count;
}
