/* What the questions about Linux security modules share: which of them are active. */
#ifndef PLIMSOLL_LSM_H
#define PLIMSOLL_LSM_H

#include "answer.h"

enum lsm_state {
	LSM_UNKNOWN,  /* it cannot be told here */
	LSM_INACTIVE, /* the kernel's list has not got it */
	LSM_ACTIVE,
	LSM_REFUSED, /* the list may not be read */
};

/*
 * Is the module `name` active? Read from /sys/kernel/security/lsm or, where that is not
 * mounted, asked of lsm_list_modules(2). With LSM_REFUSED the verdict is in *ret_refused.
 */
enum lsm_state lsm_state(
	const struct ask *a, const char *name, struct verdict *ret_refused);

/*
 * What to answer for one that is not active: `absent`, or `denied` if this kernel has been
 * built with it (its symbols tell) and was booted without.
 */
struct verdict lsm_inactive(const struct ask *a, const char *name);

/* For one that is known to be there and off; err 0: no call was refused. */
struct verdict lsm_switched_off(const char *name, const char *stage, int err);

/* For LSM_UNKNOWN. */
struct verdict lsm_unseen(const char *name);

/* The names of an id list, parted by commas. */
void lsm_names(const uint64_t *ids, int count, char *text, size_t size);

/* A file of securityfs as a string, mounted for it if need be. Its length or -errno. */
ssize_t lsm_security_file(const struct ask *a, const char *name, char *buf, size_t size);

#endif
