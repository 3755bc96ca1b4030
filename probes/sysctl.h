/* Questions about sysctls of the network namespace that is asked from. */
#ifndef PLIMSOLL_SYSCTL_H
#define PLIMSOLL_SYSCTL_H

#include "answer.h"

/*
 * Writes a value to /proc/sys/net/NAME and reads it back. What was there before is in ret_old,
 * to be written back. 0, or -1 with *ret_refused.
 */
int sysctl_set(const struct ask *a, const char *name, const char *value, char *ret_old,
	size_t size, struct verdict *ret_refused);

/* Writes it back. */
void sysctl_restore(const struct ask *a, const char *name, const char *old);

#endif
