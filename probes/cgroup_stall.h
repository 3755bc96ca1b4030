/* What the questions about pressure stall information (PSI) share. */
#ifndef PLIMSOLL_CGROUP_STALL_H
#define PLIMSOLL_CGROUP_STALL_H

#include "answer.h"

/*
 * A file of /proc/pressure gave `err` at `stage`. A kernel that has PSI and was booted with it
 * off has no such directory (ENOENT), or files that give EOPNOTSUPP; what was built into it
 * tells the first from a kernel that has none.
 */
struct verdict psi_refused(const struct ask *a, const char *stage, int err);

/* Reads a file of /proc/pressure ("memory"), which has to be in PSI's format. 0, or -1. */
int psi_read(const struct ask *a, const char *name, char *buf, size_t size,
	struct verdict *ret_refused);

#endif
