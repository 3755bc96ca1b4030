/*
 * The questions of fs-verity and fscrypt (<linux/fsverity.h>, <linux/fscrypt.h>), for headers
 * older than the kernel.
 */
#ifndef PLIMSOLL_UAPI_FSCRYPT_H
#define PLIMSOLL_UAPI_FSCRYPT_H

#include <stdint.h>
#include <sys/ioctl.h>

/* As struct fsverity_digest, with room for the largest. */
struct plimsoll_verity_digest {
	uint16_t algorithm, size;
	uint8_t digest[64];
};

/* As struct fscrypt_get_policy_ex_arg. */
struct plimsoll_crypt_policy {
	uint64_t size;
	uint8_t policy[24];
};

/* The numbers count the kernel's own sizes: 4 bytes of a digest, 9 for the argument here. */
#define PLIMSOLL_FS_IOC_MEASURE_VERITY           _IOC(_IOC_READ | _IOC_WRITE, 'f', 134, 4)
#define PLIMSOLL_FS_IOC_GET_ENCRYPTION_POLICY_EX _IOC(_IOC_READ | _IOC_WRITE, 'f', 22, 9)

#endif
