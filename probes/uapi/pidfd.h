/*
 * <linux/pidfd.h> and what other headers say of pidfds, for headers older than the
 * kernel, and thin calls: the C library has them only since glibc 2.36.
 */
#ifndef PLIMSOLL_UAPI_PIDFD_H
#define PLIMSOLL_UAPI_PIDFD_H

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unistd.h"

#ifndef PIDFD_NONBLOCK /* 5.10 */
#define PIDFD_NONBLOCK O_NONBLOCK
#endif
#ifndef PIDFD_THREAD /* 6.9 */
#define PIDFD_THREAD O_EXCL
#endif
#ifndef PID_FS_MAGIC /* 6.9 */
#define PID_FS_MAGIC 0x50494446
#endif
#ifndef ANON_INODE_FS_MAGIC
#define ANON_INODE_FS_MAGIC 0x09041934
#endif

#define PLIMSOLL_P_PIDFD 3 /* of waitid(2): an enum in the C library's header */

#ifndef SO_PEERPIDFD /* 6.5 */
#if defined(__hppa__)
#define SO_PASSPIDFD 0x404a
#define SO_PEERPIDFD 0x404b
#elif defined(__sparc__)
#define SO_PASSPIDFD 0x0055
#define SO_PEERPIDFD 0x0056
#else
#define SO_PASSPIDFD 76
#define SO_PEERPIDFD 77
#endif
#endif
#ifndef SCM_PIDFD
#define SCM_PIDFD 0x04
#endif

#ifndef PIDFD_GET_CGROUP_NAMESPACE /* 6.11 */
#define PIDFD_GET_CGROUP_NAMESPACE            _IO(0xff, 1)
#define PIDFD_GET_IPC_NAMESPACE               _IO(0xff, 2)
#define PIDFD_GET_MNT_NAMESPACE               _IO(0xff, 3)
#define PIDFD_GET_NET_NAMESPACE               _IO(0xff, 4)
#define PIDFD_GET_PID_NAMESPACE               _IO(0xff, 5)
#define PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE  _IO(0xff, 6)
#define PIDFD_GET_TIME_NAMESPACE              _IO(0xff, 7)
#define PIDFD_GET_TIME_FOR_CHILDREN_NAMESPACE _IO(0xff, 8)
#define PIDFD_GET_USER_NAMESPACE              _IO(0xff, 9)
#define PIDFD_GET_UTS_NAMESPACE               _IO(0xff, 10)
#endif

/* struct pidfd_info in its first published size (6.13). */
struct plimsoll_pidfd_info {
	uint64_t mask; /* what is asked for, and what is filled in */
	uint64_t cgroupid;
	uint32_t pid, tgid, ppid;
	uint32_t ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
	int32_t exit_code; /* 6.15 */
};
_Static_assert(sizeof(struct plimsoll_pidfd_info) == 64, "PIDFD_INFO_SIZE_VER0");

#define PLIMSOLL_PIDFD_GET_INFO _IOWR(0xff, 11, struct plimsoll_pidfd_info)
#ifndef PIDFD_INFO_PID
#define PIDFD_INFO_PID   (1ULL << 0)
#define PIDFD_INFO_CREDS (1ULL << 1)
#endif
#ifndef PIDFD_INFO_EXIT /* 6.15 */
#define PIDFD_INFO_EXIT (1ULL << 3)
#endif

static inline int sys_pidfd_open(pid_t pid, unsigned flags)
{
	return syscall(SYS_pidfd_open, pid, flags);
}

static inline int sys_pidfd_send_signal(int pidfd, int sig)
{
	return syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0);
}

static inline int sys_pidfd_getfd(int pidfd, int fd)
{
	return syscall(SYS_pidfd_getfd, pidfd, fd, 0);
}

#endif
