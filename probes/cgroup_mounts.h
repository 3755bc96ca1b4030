/*
 * The cgroup hierarchies that are mounted. The function stands alone in its file: a
 * program that is linked without libmount brings its own, which the linker takes
 * instead.
 */
#ifndef PLIMSOLL_CGROUP_MOUNTS_H
#define PLIMSOLL_CGROUP_MOUNTS_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

struct cgroup_mount {
	bool v2;
	char root[PATH_MAX];   /* what of the hierarchy is mounted; "/" is all */
	char target[PATH_MAX]; /* where */
	char options[512]; /* comma-separated; a v1 hierarchy's controllers are in it */
};

/*
 * Those in the asking process's mount namespace, in the order they were mounted;
 * `prefix` as in struct env, put before the path of the table and nothing else. Returns
 * how many; *ret is to be free()d. Or -errno.
 */
ssize_t cgroup_mounts(const char *prefix, struct cgroup_mount **ret);

#endif
