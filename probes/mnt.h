/* What questions about file systems share: a detached mount that is never seen by others. */
#ifndef PLIMSOLL_MNT_H
#define PLIMSOLL_MNT_H

#include "answer.h"

/* One fsconfig(2): a flag if `value` is NULL, else a string. A list ends where `key` is NULL. */
struct mnt_option {
	const char *key, *value;
};

/*
 * A new file system of this type, with these options (or NULL), mounted detached. Stages are
 * "fsopen(TYPE)", "fsconfig(KEY)", "fsconfig(create)" and "fsmount(TYPE)". Nothing is
 * attached: it is gone with the descriptor. Returns that, O_CLOEXEC, or -1 with *ret_refused.
 */
int mnt_make(const struct ask *a, const char *type, const struct mnt_option *options,
	struct verdict *ret_refused);

/*
 * Up to fsconfig(2) of the options: nothing is created. The descriptor of the context, or -1.
 */
int mnt_configure(const struct ask *a, const char *type, const struct mnt_option *options,
	struct verdict *ret_refused);

/* A detached clone of the mount at `path`, alone or with what is mounted below it. */
int mnt_clone(const struct ask *a, int dirfd, const char *path, bool recursive,
	struct verdict *ret_refused);

/* Makes and removes a file: 0 or a positive errno. */
int mnt_try_write(int dirfd, const char *dir);

/*
 * Can the root of a user namespace have one of this type, whose magic number is `magic`? It
 * must be writable, and what is made in it that root's. Nothing is attached.
 */
struct verdict mnt_ask_owned(const struct ask *a, const char *type, unsigned long magic);

/*
 * Can a tree of two mounts on the scratch tmpfs be made read-only all the way down, where a
 * plain read-only bind mount covers its top only?
 */
struct verdict mnt_ask_rro(const struct ask *a);

/* Is the file system known to this kernel now (/proc/filesystems)? 1, 0, -1 if it cannot be told. */
int mnt_type_known(const struct env *env, const char *type);

#endif
