/* <linux/nsfs.h>, for headers older than the kernel (ioctl_ns(2)). */
#ifndef PLIMSOLL_UAPI_NSFS_H
#define PLIMSOLL_UAPI_NSFS_H

#include <stdint.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "unistd.h"

#ifndef NS_GET_USERNS
#define NS_GET_USERNS _IO(0xb7, 0x1)
#endif
#ifndef NS_GET_PARENT
#define NS_GET_PARENT _IO(0xb7, 0x2)
#endif
#ifndef NS_GET_NSTYPE
#define NS_GET_NSTYPE _IO(0xb7, 0x3)
#endif
#ifndef NS_GET_OWNER_UID
#define NS_GET_OWNER_UID _IO(0xb7, 0x4)
#endif
/* Under a name of our own: some headers have an early number of it, _IO(0xb7, 0x5). */
#define PLIMSOLL_NS_GET_MNTNS_ID _IOR(0xb7, 0x5, uint64_t)
#ifndef NS_GET_PID_FROM_PIDNS
#define NS_GET_PID_FROM_PIDNS  _IOR(0xb7, 0x6, int)
#define NS_GET_TGID_FROM_PIDNS _IOR(0xb7, 0x7, int)
#define NS_GET_PID_IN_PIDNS    _IOR(0xb7, 0x8, int)
#define NS_GET_TGID_IN_PIDNS   _IOR(0xb7, 0x9, int)
#endif

struct plimsoll_mnt_ns_info {
	uint32_t size, nr_mounts;
	uint64_t mnt_ns_id;
};

#define PLIMSOLL_NS_MNT_GET_INFO _IOR(0xb7, 10, struct plimsoll_mnt_ns_info)
#define PLIMSOLL_NS_MNT_GET_NEXT _IOR(0xb7, 11, struct plimsoll_mnt_ns_info)
#define PLIMSOLL_NS_MNT_GET_PREV _IOR(0xb7, 12, struct plimsoll_mnt_ns_info)
/* As above: the early one is NS_GET_MNTNS_ID's. */
#define PLIMSOLL_NS_GET_ID _IOR(0xb7, 13, uint64_t)

#ifndef FD_NSFS_ROOT
#define FD_NSFS_ROOT -10003
#endif

#define PLIMSOLL_LISTNS_CURRENT_USER UINT64_MAX

struct plimsoll_ns_id_req {
	uint32_t size, spare;
	uint64_t ns_id;
	uint32_t ns_type, spare2;
	uint64_t user_ns_id;
};

static inline long sys_listns(
	const struct plimsoll_ns_id_req *req, uint64_t *ids, size_t count)
{
	return syscall(SYS_listns, req, ids, count, 0);
}

#endif
