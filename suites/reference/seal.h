/*
 * Nothing in a container may reach the file that this program is (CVE-2019-5736: a process in it
 * can open the runtime's executable through /proc). So what enters a container runs from a sealed
 * copy in memory, which nobody can write to.
 */
#ifndef PLIMSOLL_REFERENCE_SEAL_H
#define PLIMSOLL_REFERENCE_SEAL_H

#include "fail.h"

/* Returns 0 in such a copy; makes one and goes on in it from main() if this is none. */
int seal_self(char **argv, struct failure *f);

#endif
