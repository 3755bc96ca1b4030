/*
 * What the questions about keyrings share. Keys count against their user's quota until the
 * process that holds them is gone: what makes any is for a forked child.
 */
#ifndef PLIMSOLL_KEYS_H
#define PLIMSOLL_KEYS_H

#include <linux/keyctl.h>
#include <stdint.h>
#include <unistd.h>

#include "answer.h"
#include "uapi/unistd.h"

#ifndef KEY_POS_ALL /* the kernel's own <linux/key.h> */
#define KEY_POS_ALL 0x3f000000
#define KEY_USR_ALL 0x003f0000
#endif

static inline long sys_keyctl(int command, uintptr_t a, uintptr_t b, uintptr_t c)
{
	return syscall(SYS_keyctl, command, a, b, c, 0);
}

/* The kernel's own list of what its keyrings can: two bytes of KEYCTL_CAPS*. 0, or -1 with
 * *ret_refused. */
int keys_capabilities(
	const struct ask *a, unsigned char ret_caps[2], struct verdict *ret_refused);

/* answer_refused(); says of EDQUOT, which reads "disk quota", that it is the quota of keys. */
struct verdict keys_refused(const struct ask *a, const char *stage, int err);

#endif
