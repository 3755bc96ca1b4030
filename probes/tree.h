/*
 * What the questions about mounts share: small trees of mounts in the scratch tmpfs, and a
 * child in which they are inherited by another user namespace.
 */
#ifndef PLIMSOLL_TREE_H
#define PLIMSOLL_TREE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "answer.h"
#include "ask.h"

/* Makes a directory and mounts a tmpfs on it. 0 or -errno. */
int tree_mount(const char *dir, const char *options);

/* tree_mount() of each of these, in this order; NULL ends them. 0, or -1 with *ret_refused. */
int tree_make(const struct ask *a, const char *const *dirs, struct verdict *ret_refused);

/*
 * Mounts a tmpfs on the directory `at`: 1 if it appears at `there` as well, 0 if not, or
 * -errno.
 */
int tree_appears(const char *at, const char *there);

/* An empty file: is made, is there. 0 or -errno. */
int tree_touch(int dirfd, const char *path);
bool tree_has(int dirfd, const char *path);

/*
 * The unique id of the mount at `path`; 0 if this kernel has none, and so nothing that takes
 * it. 0, or -1 with *ret_refused where it may not be asked for.
 */
int tree_mount_id(const struct ask *a, const char *path, uint64_t *ret_id,
	struct verdict *ret_refused);

/*
 * Does move_mount(2) know this flag? It looks at its flags before it looks for its paths, so
 * that a path that is not there gives ENOENT if it does and EINVAL if not. 0, or -1 with
 * *ret_refused, which is said at `stage`.
 */
int tree_move_flag(const struct ask *a, unsigned flag, const char *stage,
	struct verdict *ret_refused);

/*
 * Runs fn in a child, in a new user namespace and a new mount namespace that it owns: the
 * scratch tmpfs and what is mounted in it are inherited there from a more privileged one.
 */
struct verdict tree_inherited(
	const struct ask *a, struct verdict (*fn)(const struct ask *a));

/* A mode that no root directory has otherwise. */
#define TREE_MODE     01751
#define TREE_MODE_OPT "mode=1751"

/*
 * Enters a mount namespace in a child: its root must be a directory with TREE_MODE, and hold
 * `file` (unless that is NULL) and no /proc. Passes without a text if so.
 */
struct verdict tree_entered(const struct ask *a, int ns, const char *file);

#endif
