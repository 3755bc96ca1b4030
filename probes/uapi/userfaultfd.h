/* <linux/userfaultfd.h>, for headers older than the kernel, and a thin call. */
#ifndef PLIMSOLL_UAPI_USERFAULTFD_H
#define PLIMSOLL_UAPI_USERFAULTFD_H

#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "unistd.h"

#ifndef UFFD_USER_MODE_ONLY /* 5.11 */
#define UFFD_USER_MODE_ONLY 1
#endif

static inline int sys_userfaultfd(unsigned flags)
{
	return syscall(SYS_userfaultfd, flags);
}

#endif
