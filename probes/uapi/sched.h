/*
 * clone3(2), for headers older than the kernel: an extensible struct, so that one with
 * `cgroup` is refused with E2BIG by a kernel which does not know that field.
 */
#ifndef PLIMSOLL_UAPI_SCHED_H
#define PLIMSOLL_UAPI_SCHED_H

#include <sched.h>
#include <stdint.h>
#include <unistd.h>

#include "unistd.h"

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
