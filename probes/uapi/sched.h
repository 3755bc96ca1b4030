/*
 * clone3(2) and CLONE_NEWTIME, for headers older than the kernel. clone3(2)'s is an extensible
 * struct, so that one with `cgroup` is refused with E2BIG by a kernel which does not know it.
 */
#ifndef PLIMSOLL_UAPI_SCHED_H
#define PLIMSOLL_UAPI_SCHED_H

#include <sched.h>
#include <stdint.h>
#include <unistd.h>

#include "unistd.h"

#ifndef CLONE_NEWTIME /* 5.6 */
#define CLONE_NEWTIME 0x00000080
#endif
#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif
#ifndef CLONE_CLEAR_SIGHAND
#define CLONE_CLEAR_SIGHAND 0x100000000ULL
#endif
#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL
#endif

struct clone3_args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
	uint64_t set_tid, set_tid_size; /* 5.5 */
	uint64_t cgroup;                /* 5.7 */
};

static inline int sys_clone3(struct clone3_args *args, size_t size)
{
	return syscall(SYS_clone3, args, size);
}

#endif
