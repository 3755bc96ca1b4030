/* memfd_create(2), for headers older than the kernel. */
#ifndef PLIMSOLL_UAPI_MEMFD_H
#define PLIMSOLL_UAPI_MEMFD_H

#include <errno.h>
#include <sys/mman.h>

#ifndef MFD_NOEXEC_SEAL /* 6.3 */
#define MFD_NOEXEC_SEAL 0x0008U
#endif
#ifndef MFD_EXEC /* 6.3 */
#define MFD_EXEC 0x0010U
#endif
#ifndef F_SEAL_EXEC /* 6.3 */
#define F_SEAL_EXEC 0x0020
#endif

/*
 * A memfd that may be sealed and need not be run. A kernel that knows MFD_NOEXEC_SEAL
 * notes in its log who says neither that nor MFD_EXEC, and may refuse it (sysctl
 * vm.memfd_noexec).
 */
static inline int memfd_quiet(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);

	return fd < 0 && errno == EINVAL
		? memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING)
		: fd;
}

#endif
