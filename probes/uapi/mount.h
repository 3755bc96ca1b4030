/*
 * <linux/mount.h>, for headers older than the kernel, and thin calls for what the C library
 * has no function for. They return as system calls do: -1 and errno.
 */
#ifndef PLIMSOLL_UAPI_MOUNT_H
#define PLIMSOLL_UAPI_MOUNT_H

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mount.h>
#include <unistd.h>

#include "unistd.h"

#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif
#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif
#ifndef OPEN_TREE_NAMESPACE /* 7.0 */
#define OPEN_TREE_NAMESPACE 2
#endif
#ifndef OPEN_TREE_CLOEXEC
#define OPEN_TREE_CLOEXEC O_CLOEXEC
#endif
#ifndef MOVE_MOUNT_F_EMPTY_PATH
#define MOVE_MOUNT_F_EMPTY_PATH 0x00000004
#endif
#ifndef MOVE_MOUNT_T_EMPTY_PATH
#define MOVE_MOUNT_T_EMPTY_PATH 0x00000040
#endif
#ifndef MOVE_MOUNT_SET_GROUP /* 5.15 */
#define MOVE_MOUNT_SET_GROUP 0x00000100
#endif
#ifndef MOVE_MOUNT_BENEATH /* 6.5 */
#define MOVE_MOUNT_BENEATH 0x00000200
#endif
#ifndef FSOPEN_CLOEXEC
#define FSOPEN_CLOEXEC 0x00000001
#endif
#ifndef FSMOUNT_CLOEXEC
#define FSMOUNT_CLOEXEC 0x00000001
#endif
#ifndef FSMOUNT_NAMESPACE /* 7.1 */
#define FSMOUNT_NAMESPACE 0x00000002
#endif
#ifndef FSPICK_CLOEXEC
#define FSPICK_CLOEXEC    0x00000001
#define FSPICK_EMPTY_PATH 0x00000008
#endif
#ifndef MOUNT_ATTR_RDONLY
#define MOUNT_ATTR_RDONLY 0x00000001
#define MOUNT_ATTR_NOSUID 0x00000002
#define MOUNT_ATTR_NODEV  0x00000004
#define MOUNT_ATTR_NOEXEC 0x00000008
#endif
#ifndef MOUNT_ATTR__ATIME /* a field, not bits; 0 is relatime */
#define MOUNT_ATTR__ATIME      0x00000070
#define MOUNT_ATTR_RELATIME    0x00000000
#define MOUNT_ATTR_NOATIME     0x00000010
#define MOUNT_ATTR_STRICTATIME 0x00000020
#define MOUNT_ATTR_NODIRATIME  0x00000080
#endif
#ifndef MOUNT_ATTR_NOSYMFOLLOW /* 5.14 */
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000
#endif
#ifndef MS_NOSYMFOLLOW /* 5.10 */
#define MS_NOSYMFOLLOW 256
#endif
#ifndef MS_LAZYTIME
#define MS_LAZYTIME (1 << 25)
#endif
#ifndef ST_NOSYMFOLLOW /* statfs(2), f_flags; the C library has no name for it */
#define ST_NOSYMFOLLOW 0x2000
#endif
#ifndef MOUNT_ATTR_IDMAP
#define MOUNT_ATTR_IDMAP 0x00100000
#endif
#ifndef MOUNT_ATTR_SIZE_VER0
#define MOUNT_ATTR_SIZE_VER0 32
struct mount_attr {
	uint64_t attr_set;
	uint64_t attr_clr;
	uint64_t propagation;
	uint64_t userns_fd;
};
#endif

#ifndef STATMOUNT_SB_BASIC
#define STATMOUNT_SB_BASIC  0x00000001U
#define STATMOUNT_MNT_BASIC 0x00000002U
#define STATMOUNT_MNT_ROOT  0x00000008U
#define STATMOUNT_MNT_POINT 0x00000010U
#define STATMOUNT_FS_TYPE   0x00000020U
#endif
#ifndef STATMOUNT_MNT_NS_ID /* 6.11 */
#define STATMOUNT_MNT_NS_ID 0x00000040U
#define STATMOUNT_MNT_OPTS  0x00000080U
#endif
#ifndef STATMOUNT_SB_SOURCE /* 6.13 */
#define STATMOUNT_SB_SOURCE 0x00000200U
#define STATMOUNT_OPT_ARRAY 0x00000400U
#endif
#ifndef STATMOUNT_SUPPORTED_MASK /* 6.15 */
#define STATMOUNT_SUPPORTED_MASK 0x00001000U
#endif
#ifndef STATMOUNT_MNT_UIDMAP /* 6.15 */
#define STATMOUNT_MNT_UIDMAP 0x00002000U
#define STATMOUNT_MNT_GIDMAP 0x00004000U
#endif
#ifndef STATMOUNT_BY_FD /* 7.0; a flag, not of the mask */
#define STATMOUNT_BY_FD 1
#endif
#ifndef LISTMOUNT_REVERSE /* 6.11 */
#define LISTMOUNT_REVERSE 1
#endif

/* struct mnt_id_req in its first published size: enough for one's own mount namespace. */
struct plimsoll_mnt_id_req {
	uint32_t size;
	uint32_t fd; /* 7.0: of a mount, with STATMOUNT_BY_FD; else 0 */
	uint64_t mnt_id;
	uint64_t param; /* statmount: STATMOUNT_*; listmount: the last id seen */
};

/* In its second size, of 6.11; an older kernel answers E2BIG if mnt_ns_id is set. */
struct plimsoll_mnt_id_req_1 {
	struct plimsoll_mnt_id_req req;
	uint64_t mnt_ns_id;
};

/* struct statmount; the offsets of strings count from str[]. */
struct plimsoll_statmount {
	uint32_t size, mnt_opts;
	uint64_t mask; /* what is filled in, of what was asked for */
	uint32_t sb_dev_major, sb_dev_minor;
	uint64_t sb_magic;
	uint32_t sb_flags, fs_type;
	uint64_t mnt_id, mnt_parent_id;
	uint32_t mnt_id_old, mnt_parent_id_old;
	uint64_t mnt_attr, mnt_propagation, mnt_peer_group, mnt_master, propagate_from;
	uint32_t mnt_root, mnt_point;
	uint64_t mnt_ns_id;
	uint32_t fs_subtype, sb_source, opt_num, opt_array; /* 6.13 */
	uint32_t opt_sec_num, opt_sec_array;
	uint64_t supported_mask; /* 6.15, as the rest */
	uint32_t mnt_uidmap_num, mnt_uidmap, mnt_gidmap_num, mnt_gidmap;
	uint64_t later[43]; /* what newer kernels have added, and their spares */
	char str[];
};
_Static_assert(sizeof(struct plimsoll_statmount) == 512, "the strings begin at 512");

/* fsconfig(2) commands, an enum in the kernel's header. */
#define PLIMSOLL_FSCONFIG_SET_FLAG        0
#define PLIMSOLL_FSCONFIG_SET_STRING      1
#define PLIMSOLL_FSCONFIG_CMD_CREATE      6
#define PLIMSOLL_FSCONFIG_CMD_RECONFIGURE 7
#define PLIMSOLL_FSCONFIG_CMD_CREATE_EXCL 8 /* 6.6 */

static inline int sys_open_tree(int dirfd, const char *path, unsigned flags)
{
	return syscall(SYS_open_tree, dirfd, path, flags);
}

static inline int sys_mount_setattr(
	int dirfd, const char *path, unsigned flags, struct mount_attr *attr, size_t size)
{
	return syscall(SYS_mount_setattr, dirfd, path, flags, attr, size);
}

static inline int sys_open_tree_attr(
	int dirfd, const char *path, unsigned flags, struct mount_attr *attr, size_t size)
{
	return syscall(SYS_open_tree_attr, dirfd, path, flags, attr, size);
}

static inline int sys_statmount(uint64_t mnt_id, uint64_t mask, void *buf, size_t size)
{
	struct plimsoll_mnt_id_req req = { sizeof(req), 0, mnt_id, mask };

	return syscall(SYS_statmount, &req, buf, size, 0);
}

/* Of the mount that a descriptor is open on, though it may be mounted nowhere. */
static inline int sys_statmount_fd(int fd, uint64_t mask, void *buf, size_t size)
{
	struct plimsoll_mnt_id_req req = { sizeof(req), fd, 0, mask };

	return syscall(SYS_statmount, &req, buf, size, STATMOUNT_BY_FD);
}

/* Returns how many ids it wrote. */
static inline int sys_listmount(
	uint64_t mnt_id, uint64_t after, uint64_t *ids, size_t count, unsigned flags)
{
	struct plimsoll_mnt_id_req req = { sizeof(req), 0, mnt_id, after };

	return syscall(SYS_listmount, &req, ids, count, flags);
}

/* In another mount namespace, by the id that NS_GET_MNTNS_ID tells. */
static inline int sys_listmount_ns(
	uint64_t mnt_ns_id, uint64_t mnt_id, uint64_t *ids, size_t count)
{
	struct plimsoll_mnt_id_req_1 req = { { sizeof(req), 0, mnt_id, 0 }, mnt_ns_id };

	return syscall(SYS_listmount, &req, ids, count, 0);
}

static inline int sys_fsopen(const char *type, unsigned flags)
{
	return syscall(SYS_fsopen, type, flags);
}

static inline int sys_fsconfig(
	int fd, unsigned cmd, const char *key, const void *value, int aux)
{
	return syscall(SYS_fsconfig, fd, cmd, key, value, aux);
}

static inline int sys_fsmount(int fd, unsigned flags, unsigned attr_flags)
{
	return syscall(SYS_fsmount, fd, flags, attr_flags);
}

static inline int sys_fspick(int dirfd, const char *path, unsigned flags)
{
	return syscall(SYS_fspick, dirfd, path, flags);
}

static inline int sys_move_mount(
	int from_dirfd, const char *from, int to_dirfd, const char *to, unsigned flags)
{
	return syscall(SYS_move_mount, from_dirfd, from, to_dirfd, to, flags);
}

#endif
