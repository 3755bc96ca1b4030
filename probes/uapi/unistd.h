/*
 * <sys/syscall.h>, for headers older than the kernel. From 424 on a call has the same number
 * on every architecture but alpha (Documentation/process/adding-syscalls.rst).
 */
#ifndef PLIMSOLL_UAPI_UNISTD_H
#define PLIMSOLL_UAPI_UNISTD_H

#include <sys/syscall.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif
#ifndef SYS_statmount
#define SYS_statmount 457
#endif
#ifndef SYS_listmount
#define SYS_listmount 458
#endif
#ifndef SYS_open_tree_attr
#define SYS_open_tree_attr 467
#endif

#endif
