/* Reads files of records. */
#ifndef PLIMSOLL_READER_H
#define PLIMSOLL_READER_H

#include "record.h"

/* Called for each record in order; a negative return stops the reading. */
typedef int (*record_fn)(void *ctx, const struct record *rec);

/*
 * Reads records from `in` until its end. `name` is used in messages only. Returns 0, what
 * `fn` returned if negative, or -EBADMSG / -EIO with a sentence in `why` naming file and
 * line: not JSON, not a record, a run without its end (truncated) or with two boots, an
 * end whose count is off.
 */
int records_read(
	FILE *in, const char *name, record_fn fn, void *ctx, char *why, size_t why_size);

#endif
