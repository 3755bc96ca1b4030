/* <linux/lsm.h>, for headers older than the kernel (6.8), and a thin call. */
#ifndef PLIMSOLL_UAPI_LSM_H
#define PLIMSOLL_UAPI_LSM_H

#include <stdint.h>
#include <unistd.h>

#include "unistd.h"

#ifndef LSM_ID_CAPABILITY
#define LSM_ID_CAPABILITY 100
#define LSM_ID_SELINUX    101
#define LSM_ID_SMACK      102
#define LSM_ID_TOMOYO     103
#define LSM_ID_APPARMOR   104
#define LSM_ID_YAMA       105
#define LSM_ID_LOADPIN    106
#define LSM_ID_SAFESETID  107
#define LSM_ID_LOCKDOWN   108
#define LSM_ID_BPF        109
#define LSM_ID_LANDLOCK   110
#define LSM_ID_IMA        111
#define LSM_ID_EVM        112
#define LSM_ID_IPE        113
#endif

/* Returns how many ids it wrote; `size`, in bytes, becomes what they take. */
static inline int sys_lsm_list_modules(uint64_t *ids, uint32_t *size, unsigned flags)
{
	return syscall(SYS_lsm_list_modules, ids, size, flags);
}

#endif
