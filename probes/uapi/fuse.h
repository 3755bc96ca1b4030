/*
 * The first words between the kernel and a FUSE daemon (<linux/fuse.h>), for headers older
 * than the kernel.
 */
#ifndef PLIMSOLL_UAPI_FUSE_H
#define PLIMSOLL_UAPI_FUSE_H

#include <stdint.h>
#include <sys/ioctl.h>

#define PLIMSOLL_FUSE_INIT        26 /* opcode */
#define PLIMSOLL_FUSE_KERNEL      7  /* major version of the protocol */
#define PLIMSOLL_FUSE_INIT_EXT    (1ULL << 30)
#define PLIMSOLL_FUSE_PASSTHROUGH (1ULL << 37) /* 6.9 */
#define PLIMSOLL_FUSE_ALLOW_IDMAP (1ULL << 40) /* 6.12 */

struct plimsoll_fuse_in {
	uint32_t len, opcode;
	uint64_t unique, nodeid;
	uint32_t uid, gid, pid, padding;
	/* FUSE_INIT: */
	uint32_t major, minor, max_readahead, flags, flags2;
	uint32_t unused[11];
};

struct plimsoll_fuse_out {
	uint32_t len;
	int32_t error;
	uint64_t unique;
	/* FUSE_INIT: */
	uint32_t major, minor, max_readahead, flags;
	uint16_t max_background, congestion_threshold;
	uint32_t max_write, time_gran;
	uint16_t max_pages, map_alignment;
	uint32_t flags2, max_stack_depth;
	uint32_t unused[6];
};
_Static_assert(sizeof(struct plimsoll_fuse_out) == 16 + 64, "as the kernel has it");

struct plimsoll_fuse_backing {
	int32_t fd;
	uint32_t flags;
	uint64_t padding;
};
#define PLIMSOLL_FUSE_BACKING_OPEN  _IOW(229, 1, struct plimsoll_fuse_backing)
#define PLIMSOLL_FUSE_BACKING_CLOSE _IOW(229, 2, uint32_t)

#endif
