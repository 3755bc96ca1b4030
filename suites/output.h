/*
 * One report on its way out: a reporter and where it writes. Nothing that goes wrong with
 * writing is lost: a pipe that nobody reads any more and a full disk are errors, never a
 * report that looks whole.
 */
#ifndef PLIMSOLL_OUTPUT_H
#define PLIMSOLL_OUTPUT_H

#include "reporter.h"

struct output;

/*
 * Opens a report of the format `format` to the file `path`; NULL or "-" is stdout. A
 * regular file is written beside its place, as PATH.partial, and renamed by
 * output_close(). NULL on failure, with a sentence in `why`.
 */
struct output *output_open(
	const char *format, const char *path, char *why, size_t why_size);

/* The records are measured as they come: each is written out at once. */
void output_live(struct output *o);

/* Each file is a node of a fleet. */
void output_fleet(struct output *o);

/* The file that the records to come are read from; borrowed. */
void output_source(struct output *o, const char *source);

/*
 * The rest of the source cannot be read, as the sentence `why` says; others follow. Where the
 * format cannot tell of it the report is cut short.
 */
void output_lost(struct output *o, const char *why);

/* The first failure is kept and told by output_close(). */
void output_record(struct output *o, const struct record *rec);

/*
 * Ends the report and frees `o` (NULL is fine). `cut_short`: records are missing, so a
 * file does not take its place but stays PATH.partial. 0, or -errno with a sentence in
 * `why`.
 */
int output_close(struct output *o, bool cut_short, char *why, size_t why_size);

/*
 * The exit status of a verb that writes this report to stdout: `code`, unless the format's
 * readers know others. `code` of a NULL, and of a report to a file.
 */
enum exit_code output_status(const struct output *o, enum exit_code code);

/* Frees an output that no record went into (NULL is fine): nothing is written. */
void output_discard(struct output *o);

/* What stdout is like: coloured, and as wide as its terminal. For verbs that print by themselves. */
struct report_to output_stdout(void);

/* The formats there are, one a line, for messages and `report --formats`. */
void output_list_formats(FILE *out);

#endif
