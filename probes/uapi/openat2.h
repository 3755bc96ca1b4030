/*
 * <linux/openat2.h>, for headers older than the kernel, and a thin call: the C library
 * has none.
 */
#ifndef PLIMSOLL_UAPI_OPENAT2_H
#define PLIMSOLL_UAPI_OPENAT2_H

#include <stdint.h>
#include <unistd.h>

#include "unistd.h"

#ifdef __has_include
#if __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#endif
#endif

#ifndef RESOLVE_NO_MAGICLINKS
#define RESOLVE_NO_MAGICLINKS 0x02
#define RESOLVE_NO_SYMLINKS   0x04
#define RESOLVE_IN_ROOT       0x10
#endif
#ifndef RESOLVE_CACHED /* 5.12 */
#define RESOLVE_CACHED 0x20
#endif

/* struct open_how in its first published size. */
struct plimsoll_open_how {
	uint64_t flags, mode, resolve;
};

static inline int sys_openat2(
	int dirfd, const char *path, const struct plimsoll_open_how *how)
{
	return syscall(SYS_openat2, dirfd, path, how, sizeof(*how));
}

#endif
