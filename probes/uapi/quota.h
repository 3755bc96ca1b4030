/* quotactl_fd(2) and the state of quotas, for headers older than the kernel (5.14). */
#ifndef PLIMSOLL_UAPI_QUOTA_H
#define PLIMSOLL_UAPI_QUOTA_H

#include <linux/dqblk_xfs.h>
#include <linux/quota.h>
#include <unistd.h>

#include "unistd.h"

/* As the kernel's QCMD(), which shifts into an int's sign bit. */
#undef QCMD
#define QCMD(command, type) \
	((unsigned)(command) << SUBCMDSHIFT | ((unsigned)(type)&SUBCMDMASK))

#ifndef PRJQUOTA
#define PRJQUOTA 2
#endif
#ifndef FS_QUOTA_PDQ_ACCT
#define FS_QUOTA_PDQ_ACCT (1 << 4)
#define FS_QUOTA_PDQ_ENFD (1 << 5)
#endif

static inline int sys_quotactl_fd(int fd, unsigned command, unsigned id, void *addr)
{
	return syscall(SYS_quotactl_fd, fd, command, id, addr);
}

#endif
