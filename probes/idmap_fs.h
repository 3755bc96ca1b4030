/* What the questions about id-mapping one kind of file system share. */
#ifndef PLIMSOLL_IDMAP_FS_H
#define PLIMSOLL_IDMAP_FS_H

#include "answer.h"
#include "mnt.h"

/*
 * Maps a detached mount of a file system of `type`: the owner of its top directory must then
 * look as the mapping says, and must have looked different before. If it cannot be mapped,
 * `who` is at fault: the kernel where a newer one can, the file system where none does.
 */
struct verdict idmap_ask_mount(
	const struct ask *a, int mnt, const char *type, enum fault who);

/* The same of a new file system of its own that takes no device. */
struct verdict idmap_ask_new(const struct ask *a, const char *type, enum fault who);

/* What is asked of a detached mount. */
typedef struct verdict (*idmap_mount_fn)(const struct ask *a, int mnt, const char *type);

/*
 * Asks of a block file system of this type: of a clone of a mount that is there, else of an
 * image made by its own mkfs(8), mounted read-only. Takes PROBE_NEEDS_SCRATCH.
 */
struct verdict idmap_with_block(
	const struct ask *a, const char *type, idmap_mount_fn ask);

/* idmap_ask_mount() of that. */
struct verdict idmap_ask_block(const struct ask *a, const char *type);

#endif
