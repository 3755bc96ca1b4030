/* What the questions about device nodes share: which of several things keeps one shut. */
#ifndef PLIMSOLL_DEVICE_H
#define PLIMSOLL_DEVICE_H

#include "answer.h"

/*
 * Opens a node of /dev for reading and writing, O_NONBLOCK and O_CLOEXEC. `misc` is the
 * driver's name in /proc/misc, which tells a missing node from a missing driver. A
 * descriptor, or -1 with *ret_refused.
 */
int device_open(const struct ask *a, const char *path, const char *misc,
	struct verdict *ret_refused);

/* Is the driver of this name in /proc/misc? 1, 0, -1 if it cannot be told. */
int device_known(const struct env *env, const char *misc);

#endif
