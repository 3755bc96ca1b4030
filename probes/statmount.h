/*
 * What the questions about the fields of statmount(2) share. A field that the kernel does not
 * know is no error: its bit is not in the mask that comes back. But neither is that of a field
 * with nothing in it, so each is asked of a mount that has something to tell.
 */
#ifndef PLIMSOLL_STATMOUNT_H
#define PLIMSOLL_STATMOUNT_H

#include "answer.h"
#include "uapi/mount.h"

union statmount_answer {
	struct plimsoll_statmount mount;
	char bytes[4096];
};

/* A string of the answer by its offset; "" if it is out of bounds. */
const char *statmount_string(const union statmount_answer *s, uint32_t offset);

/*
 * Asks about the mount at `path` for the basic fields, which are the control, and `fields`,
 * called `name` where they are not told: that is absent. 0, or -1 with *ret_refused.
 */
int statmount_fields(const struct ask *a, const char *path, uint64_t fields,
	const char *name, union statmount_answer *ret_answer,
	struct verdict *ret_refused);

/* Makes a directory and mounts a tmpfs on it, with something to tell. 0 or -1, the same. */
int statmount_mount(const struct ask *a, const char *dir, const char *source,
	const char *options, struct verdict *ret_refused);

/* The id of this process's mount namespace (NS_GET_MNTNS_ID, 6.11). 0 or -errno. */
int statmount_own_ns(const struct ask *a, uint64_t *ret_id);

#endif
