/* A file of records that is named on the command line. */
#ifndef PLIMSOLL_SOURCE_H
#define PLIMSOLL_SOURCE_H

#include "reader.h"

/*
 * Opens `path`, - being stdin; `again`: it is read more than once, so what is no regular file is
 * copied to a temporary one. NULL on failure, with a sentence in `why`.
 */
FILE *source_open(const char *path, bool again, char *why, size_t why_size);

/* How messages call it. */
const char *source_name(const char *path);

/* From its beginning, if it can be read again; else as records_read(). */
int source_read(
	FILE *in, const char *path, record_fn fn, void *ctx, char *why, size_t why_size);

#endif
