/* <linux/io_uring.h>, and thin calls: the C library has none. */
#ifndef PLIMSOLL_UAPI_IO_URING_H
#define PLIMSOLL_UAPI_IO_URING_H

#include <linux/io_uring.h>
#include <stddef.h>
#include <unistd.h>

#include "unistd.h"

#ifndef SYS_io_uring_enter
#define SYS_io_uring_enter 426
#endif

static inline int sys_io_uring_setup(unsigned entries, struct io_uring_params *params)
{
	return syscall(SYS_io_uring_setup, entries, params);
}

static inline int sys_io_uring_enter(
	int fd, unsigned submit, unsigned complete, unsigned flags)
{
	return syscall(SYS_io_uring_enter, fd, submit, complete, flags, NULL, 0);
}

#endif
