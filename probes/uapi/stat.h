/*
 * <linux/stat.h>, for headers older than the kernel.
 */
#ifndef PLIMSOLL_UAPI_STAT_H
#define PLIMSOLL_UAPI_STAT_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unistd.h"

#ifndef STATX_MNT_ID_UNIQUE
#define STATX_MNT_ID_UNIQUE 0x00004000U
#endif

/*
 * The id by which statmount(2) and listmount(2) know the mount at `path`. 0, -errno, or
 * -ENODATA if the kernel has no such ids. Not by the C library's function, which makes up an
 * answer where the call is refused.
 */
static inline int mount_id_ask(const char *path, uint64_t *ret_id)
{
	struct statx stx;

	if (syscall(SYS_statx, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_MNT_ID_UNIQUE,
		    &stx) < 0)
		return -errno;
	if (!(stx.stx_mask & STATX_MNT_ID_UNIQUE))
		return -ENODATA;
	*ret_id = stx.stx_mnt_id;
	return 0;
}

/* The same, or 0 if there is none (it came with those calls). */
static inline uint64_t mount_id_of(const char *path)
{
	uint64_t id = 0;

	return mount_id_ask(path, &id) < 0 ? 0 : id;
}

#endif
