#include <errno.h>
#include <libmount/libmount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup_mounts.h"
#include "cleanup.h"

static int add(struct cgroup_mount **list, size_t count, struct libmnt_fs *fs)
{
	const char *root = mnt_fs_get_root(fs), *options = mnt_fs_get_fs_options(fs);
	struct cgroup_mount *more = reallocarray(*list, count + 1, sizeof(**list));

	if (!more)
		return -ENOMEM;
	*list = more;
	more += count;
	more->v2 = !strcmp(mnt_fs_get_fstype(fs), "cgroup2");
	snprintf(more->root, sizeof(more->root), "%s", root ?: "/");
	snprintf(more->target, sizeof(more->target), "%s", mnt_fs_get_target(fs));
	snprintf(more->options, sizeof(more->options), "%s", options ?: "");
	return 0;
}

ssize_t cgroup_mounts(const char *prefix, struct cgroup_mount **ret)
{
	_cleanup_free_ struct cgroup_mount *list = NULL;
	char path[PATH_MAX];
	struct libmnt_fs *fs;
	ssize_t count = 0;

	snprintf(path, sizeof(path), "%s/proc/self/mountinfo", prefix);
	struct libmnt_table *table = mnt_new_table_from_file(path);
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	int r = table && iter ? 0 : -EIO;
	while (r == 0 && mnt_table_next_fs(table, iter, &fs) == 0) {
		const char *type = mnt_fs_get_fstype(fs);
		if (type && (!strcmp(type, "cgroup") || !strcmp(type, "cgroup2")))
			r = add(&list, count++, fs);
	}
	mnt_free_iter(iter);
	mnt_unref_table(table);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(list);
	return count;
}
