/* What the questions about FUSE share: a file system whose daemon is the asker itself. */
#ifndef PLIMSOLL_FUSE_H
#define PLIMSOLL_FUSE_H

#include "answer.h"
#include "uapi/fuse.h"

struct fuse {
	int dev, mnt;                 /* -1: none */
	struct plimsoll_fuse_in init; /* the kernel's first request */
	uint64_t flags;               /* what the kernel offers in it */
};

#define _cleanup_fuse_ _cleanup_(fuse_end)

/* Hangs up first, so that nothing waits for an answer. */
void fuse_end(struct fuse *f);

/* Opens /dev/fuse, which never waits. A descriptor, or -1 with *ret_refused. */
int fuse_open(const struct ask *a, struct verdict *ret_refused);

/*
 * Mounts a FUSE file system detached and reads the kernel's FUSE_INIT. Nobody else sees the
 * mount. 0, or -1 with *ret_refused.
 */
int fuse_mount(const struct ask *a, struct fuse *ret_fuse, struct verdict *ret_refused);

#endif
