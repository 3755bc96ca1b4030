/*
 * <linux/close_range.h>, for headers older than the kernel, and a thin call: the C library
 * has one only since glibc 2.34.
 */
#ifndef PLIMSOLL_UAPI_CLOSE_RANGE_H
#define PLIMSOLL_UAPI_CLOSE_RANGE_H

#include <unistd.h>

#include "unistd.h"

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

static inline int sys_close_range(unsigned first, unsigned last, unsigned flags)
{
	return syscall(SYS_close_range, first, last, flags);
}

#endif
