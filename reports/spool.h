/* A temporary file without a name: what a report keeps of its records without memory for it. */
#ifndef PLIMSOLL_SPOOL_H
#define PLIMSOLL_SPOOL_H

#include <stdio.h>

/*
 * Opened for writing and reading, in $TMPDIR, /tmp or /var/tmp, and in memory where none of them
 * can be written. fclose() frees it. NULL on failure, with errno.
 */
FILE *spool_open(void);

/* Copies all of it, from its beginning, to `out`. 0 or -errno. */
int spool_copy(FILE *spool, FILE *out);

/* Forgets all of it: what is written next stands at its beginning. 0 or -errno. */
int spool_empty(FILE *spool);

#endif
