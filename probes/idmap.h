/*
 * What the questions about id-mapped mounts share: a mapping under which owners must look
 * different, and the controls that EINVAL needs.
 */
#ifndef PLIMSOLL_IDMAP_H
#define PLIMSOLL_IDMAP_H

#include <sys/types.h>

#include "answer.h"
#include "ask.h"

struct idmap {
	int userns; /* the user namespace that holds the mapping, -1 before idmap_make() */
	uid_t inside, outside, count;
	uid_t unmapped; /* what an owner outside the mapping looks like */
};

#define _cleanup_idmap_ _cleanup_(cleanup_idmap)
void cleanup_idmap(struct idmap *map);

/*
 * A mapping that the asker may make: 65536 ids from 100000 on for root, a single one for who
 * has only one, so that every other owner looks unmapped. 0, or -1 with *ret_refused.
 */
int idmap_make(const struct ask *a, struct idmap *ret_map, struct verdict *ret_refused);

/* Another than that, under which the owner 0 looks different from there and from plain. */
int idmap_make_other(
	const struct ask *a, struct idmap *ret_map, struct verdict *ret_refused);

/*
 * The other way round: 65536 ids from 100000 on in the file system are 0 and up through the
 * mount, as for an image that is kept shifted. It takes an asker with more ids than one:
 * to others *ret_refused says that.
 */
int idmap_make_shifted(
	const struct ask *a, struct idmap *ret_map, struct verdict *ret_refused);

/* What the owner `uid` of a file must look like through a mount with this mapping. */
uid_t idmap_owner(const struct idmap *map, uid_t uid);

/* Maps a detached mount. 0, or -1 and errno. */
int idmap_mount(int mnt, const struct idmap *map);

/*
 * idmap_mount() gave `err`: what that says. EINVAL means that the file system (`type`)
 * cannot be id-mapped only after the other things it may mean have been ruled out: that the
 * kernel does not know MOUNT_ATTR_IDMAP, and that the descriptor is no user namespace. Only
 * then is the verdict's fault FAULT_FILESYSTEM.
 */
struct verdict idmap_refused(
	const struct ask *a, int mnt, const struct idmap *map, const char *type, int err);

/*
 * The same of a tmpfs. There is no other than the kernel's, so that a better one comes with a
 * newer kernel: FAULT_KERNEL.
 */
struct verdict idmap_refused_tmpfs(
	const struct ask *a, int mnt, const struct idmap *map, int err);

#endif
