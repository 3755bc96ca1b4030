/* <linux/seccomp.h>, for headers older than the kernel. */
#ifndef PLIMSOLL_UAPI_SECCOMP_H
#define PLIMSOLL_UAPI_SECCOMP_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "unistd.h"

#ifndef SECCOMP_FILTER_FLAG_TSYNC_ESRCH /* 5.7 */
#define SECCOMP_FILTER_FLAG_TSYNC_ESRCH (1UL << 4)
#endif
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV /* 5.19 */
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif
#ifndef SECCOMP_USER_NOTIF_FLAG_CONTINUE /* 5.5 */
#define SECCOMP_USER_NOTIF_FLAG_CONTINUE (1UL << 0)
#endif
#ifndef SECCOMP_ADDFD_FLAG_SEND /* 5.14 */
#define SECCOMP_ADDFD_FLAG_SEND (1UL << 1)
#endif
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS /* 6.6 */
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS      _IOW('!', 4, uint64_t)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

/* Of the ioctls those whose number an early header had otherwise. */
#define PLIMSOLL_NOTIF_ID_VALID _IOW('!', 2, uint64_t)

static inline int sys_seccomp(unsigned operation, unsigned flags, void *args)
{
	return syscall(SYS_seccomp, operation, flags, args);
}

#endif
