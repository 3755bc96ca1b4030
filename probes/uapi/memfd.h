/* memfd_create(2), for headers older than the kernel. */
#ifndef PLIMSOLL_UAPI_MEMFD_H
#define PLIMSOLL_UAPI_MEMFD_H

#include <sys/mman.h>

#ifndef MFD_EXEC /* 6.3 */
#define MFD_EXEC 0x0010U
#endif

#endif
