/* A baseline: a file of records that a run is held against, and perhaps written anew from it. */
#ifndef PLIMSOLL_BASELINE_H
#define PLIMSOLL_BASELINE_H

#include "compare.h"
#include "verb.h"

struct baseline_options {
	const char *file; /* NULL: there is none */
	bool update;      /* write it anew */
	bool some;        /* only some checks are asked: the others are not gone */
	bool several_kernels, several_runtimes; /* are asked */
};

struct baseline;

/* EXIT_OK; or EXIT_USAGE after a line about options that do not fit, or a file that is missing. */
enum exit_code baseline_check(const struct baseline_options *opt, const char *verb);

/* NULL on failure, with a sentence in `why` that names file and line if it cannot be read. */
struct baseline *baseline_open(
	const struct baseline_options *opt, char *why, size_t why_size);

/* A record_fn: a record that is to come, where they can be read twice. */
int baseline_expect(void *b, const struct record *rec);

/* Gives the record to `fn`, with what changed. 0, what `fn` returned, or -ENOMEM. */
int baseline_record(
	struct baseline *b, const struct record *rec, record_fn fn, void *ctx);

/* The exit code: with an update all is well unless something could not be asked. */
enum exit_code baseline_status(const struct baseline *b, enum exit_code code);

/*
 * Frees it (NULL is fine), and writes the file anew if that is wanted and the run is whole. 0, or
 * a negative errno with a sentence in `why`.
 */
int baseline_close(struct baseline *b, bool whole, char *why, size_t why_size);

#endif
