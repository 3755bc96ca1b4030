/* <linux/nsfs.h>, for headers older than the kernel (ioctl_ns(2)). */
#ifndef PLIMSOLL_UAPI_NSFS_H
#define PLIMSOLL_UAPI_NSFS_H

#include <sys/ioctl.h>

#ifndef NS_GET_USERNS
#define NS_GET_USERNS _IO(0xb7, 0x1)
#endif
#ifndef NS_GET_PARENT
#define NS_GET_PARENT _IO(0xb7, 0x2)
#endif
#ifndef NS_GET_OWNER_UID
#define NS_GET_OWNER_UID _IO(0xb7, 0x4)
#endif

#endif
