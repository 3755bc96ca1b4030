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
#ifndef OPEN_TREE_CLOEXEC
#define OPEN_TREE_CLOEXEC O_CLOEXEC
#endif
#ifndef MOVE_MOUNT_F_EMPTY_PATH
#define MOVE_MOUNT_F_EMPTY_PATH 0x00000004
#endif
#ifndef FSOPEN_CLOEXEC
#define FSOPEN_CLOEXEC 0x00000001
#endif
#ifndef FSMOUNT_CLOEXEC
#define FSMOUNT_CLOEXEC 0x00000001
#endif
#ifndef MOUNT_ATTR_RDONLY
#define MOUNT_ATTR_RDONLY 0x00000001
#define MOUNT_ATTR_NOSUID 0x00000002
#define MOUNT_ATTR_NODEV  0x00000004
#define MOUNT_ATTR_NOEXEC 0x00000008
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

/* fsconfig(2) commands, an enum in the kernel's header. */
#define PLIMSOLL_FSCONFIG_SET_STRING 1
#define PLIMSOLL_FSCONFIG_CMD_CREATE 6

static inline int sys_open_tree(int dirfd, const char *path, unsigned flags)
{
	return syscall(SYS_open_tree, dirfd, path, flags);
}

static inline int sys_mount_setattr(int dirfd, const char *path, unsigned flags,
	struct mount_attr *attr, size_t size)
{
	return syscall(SYS_mount_setattr, dirfd, path, flags, attr, size);
}

static inline int sys_fsopen(const char *type, unsigned flags)
{
	return syscall(SYS_fsopen, type, flags);
}

static inline int sys_fsconfig(int fd, unsigned cmd, const char *key, const void *value,
	int aux)
{
	return syscall(SYS_fsconfig, fd, cmd, key, value, aux);
}

static inline int sys_fsmount(int fd, unsigned flags, unsigned attr_flags)
{
	return syscall(SYS_fsmount, fd, flags, attr_flags);
}

static inline int sys_move_mount(int from_dirfd, const char *from, int to_dirfd,
	const char *to, unsigned flags)
{
	return syscall(SYS_move_mount, from_dirfd, from, to_dirfd, to, flags);
}

#endif
