/*
 * What the questions about a directory (PROBE_NEEDS_PATH) share. The directory stays as it
 * is: what has to be written goes to files that have no name and are gone when closed.
 */
#ifndef PLIMSOLL_PATH_H
#define PLIMSOLL_PATH_H

#include <stdbool.h>

#include "answer.h"

/* The mount that the directory is on, as mountinfo has it. */
struct place {
	char type[64];     /* of the file system; "" if it cannot be told */
	char options[512]; /* of the file system, not of the mount */
};

/* Never fails. */
void path_place(int dir, struct place *ret_place);

/* Opens the directory asked about, to read it. A descriptor, or -1 with *ret_refused. */
int path_open(const struct ask *a, struct verdict *ret_refused);

/* The same with O_PATH: it has only to be reached, and need not be readable. */
int path_reach(const struct ask *a, struct verdict *ret_refused);

/*
 * A file without a name in it, to read and write. A descriptor, or -1 with *ret_refused and
 * errno, which is EOPNOTSUPP where the file system has no such files (`absent`).
 */
int path_tmpfile(const struct ask *a, struct verdict *ret_refused);

/* `absent`, as the file system has it not: "ext4 WHAT (ENOTTY)"; with this remedy or NULL. */
struct verdict path_absent(const struct ask *a, int dir, const char *stage, int err,
	const char *what, const char *remedy);

#endif
