/*
 * <linux/landlock.h>, for headers older than the kernel, and thin calls: the C library has
 * none.
 */
#ifndef PLIMSOLL_UAPI_LANDLOCK_H
#define PLIMSOLL_UAPI_LANDLOCK_H

#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "unistd.h"

#ifdef __has_include
#if __has_include(<linux/landlock.h>)
#include <linux/landlock.h>
#endif
#endif

#ifndef LANDLOCK_CREATE_RULESET_VERSION
#define LANDLOCK_CREATE_RULESET_VERSION (1U << 0)
#endif
#ifndef LANDLOCK_CREATE_RULESET_ERRATA /* 6.15 */
#define LANDLOCK_CREATE_RULESET_ERRATA (1U << 1)
#endif
#ifndef LANDLOCK_ACCESS_FS_EXECUTE
#define LANDLOCK_ACCESS_FS_EXECUTE     (1ULL << 0)
#define LANDLOCK_ACCESS_FS_WRITE_FILE  (1ULL << 1)
#define LANDLOCK_ACCESS_FS_READ_FILE   (1ULL << 2)
#define LANDLOCK_ACCESS_FS_READ_DIR    (1ULL << 3)
#define LANDLOCK_ACCESS_FS_REMOVE_FILE (1ULL << 5)
#define LANDLOCK_ACCESS_FS_MAKE_REG    (1ULL << 8)
#endif
#ifndef LANDLOCK_ACCESS_FS_REFER /* ABI 2 */
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE /* ABI 3 */
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
#ifndef LANDLOCK_ACCESS_NET_BIND_TCP /* ABI 4 */
#define LANDLOCK_ACCESS_NET_BIND_TCP    (1ULL << 0)
#define LANDLOCK_ACCESS_NET_CONNECT_TCP (1ULL << 1)
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV /* ABI 5 */
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ULL << 15)
#endif
#ifndef LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET /* ABI 6 */
#define LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0)
#define LANDLOCK_SCOPE_SIGNAL               (1ULL << 1)
#endif
#ifndef LANDLOCK_RESTRICT_SELF_LOG_SAME_EXEC_OFF /* ABI 7 */
#define LANDLOCK_RESTRICT_SELF_LOG_SAME_EXEC_OFF  (1U << 0)
#define LANDLOCK_RESTRICT_SELF_LOG_SUBDOMAINS_OFF (1U << 2)
#endif

/* Enums in the kernel's header. */
#define PLIMSOLL_LANDLOCK_RULE_PATH_BENEATH 1
#define PLIMSOLL_LANDLOCK_RULE_NET_PORT     2

/* struct landlock_ruleset_attr as of ABI 6: what a kernel does not know of it must be 0. */
struct plimsoll_landlock_handled {
	uint64_t fs, net, scoped;
};

struct plimsoll_landlock_path {
	uint64_t access;
	int32_t fd;
} __attribute__((packed));

struct plimsoll_landlock_port {
	uint64_t access, port;
};

static inline int sys_landlock_create_ruleset(
	const struct plimsoll_landlock_handled *handled, size_t size, unsigned flags)
{
	return syscall(SYS_landlock_create_ruleset, handled, size, flags);
}

static inline int sys_landlock_add_rule(int ruleset, int type, const void *rule)
{
	return syscall(SYS_landlock_add_rule, ruleset, type, rule, 0);
}

static inline int sys_landlock_restrict_self(int ruleset, unsigned flags)
{
	return syscall(SYS_landlock_restrict_self, ruleset, flags);
}

#endif
