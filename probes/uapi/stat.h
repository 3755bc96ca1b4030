/*
 * <linux/stat.h>, for headers older than the kernel.
 */
#ifndef PLIMSOLL_UAPI_STAT_H
#define PLIMSOLL_UAPI_STAT_H

#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>

#ifndef STATX_MNT_ID_UNIQUE
#define STATX_MNT_ID_UNIQUE 0x00004000U
#endif

/* The id by which statmount(2) and listmount(2) know the mount at `path`; 0 if there is none
 * (it came with those calls). */
static inline uint64_t mount_id_of(const char *path)
{
	struct statx stx;

	if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_MNT_ID_UNIQUE, &stx) < 0 ||
		!(stx.stx_mask & STATX_MNT_ID_UNIQUE))
		return 0;
	return stx.stx_mnt_id;
}

#endif
