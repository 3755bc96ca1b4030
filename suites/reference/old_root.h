/*
 * Without pivot_root(2) the old root stays below the new one. Nothing but its own file
 * system may be left of it: above all no procfs or sysfs that is whole, which would let a
 * container that has parts of its own masked mount another one.
 */
#ifndef PLIMSOLL_REFERENCE_OLD_ROOT_H
#define PLIMSOLL_REFERENCE_OLD_ROOT_H

#include "init.h"

struct old_root {
	size_t count;
	struct old_mount *list; /* owned */
};

/* Notes all mounts but "/" and those of in->rootfs. 0 or -errno. */
int old_root_read(const struct init *in, struct old_root *ret, struct failure *f);

/* Unmounts them, or where a user namespace locks them, covers them. `old` is the old
 * root's directory, `proc` as in struct init. 0 or -errno. */
int old_root_clear(int proc, const struct old_root *o, int old, struct failure *f);

void old_root_release(struct old_root *o);
#define _cleanup_old_root_ _cleanup_(old_root_release)

#endif
