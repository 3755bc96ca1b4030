/*
 * Where a measuring verb's records go: a rendered report on stdout, and the records
 * themselves into --report FILE. The sink opens the run with its env record, counts, closes
 * it with its end record and knows the exit code. Or it relays runs that others made.
 */
#ifndef PLIMSOLL_SINK_H
#define PLIMSOLL_SINK_H

#include "env.h"
#include "reporter.h"
#include "verdict.h"

struct sink_options {
	const char *format; /* a reporter's name; NULL is "text" */
	const char *
		report; /* a file, "-" for stdout (nothing else is written there), or NULL */
	bool prove;     /* said in the env record: sabotages are to follow */
	const char
		*baseline; /* --baseline: a file of records to hold these against; NULL */
	bool update_baseline; /* --update-baseline: then write it anew */
	/* What is asked for, which the records of a baseline may have more of. */
	bool some, several_kernels, several_runtimes;
};

struct sink;

/* EXIT_OK; or EXIT_USAGE after a line of `verb` about options that do not fit. */
enum exit_code sink_check(const char *verb, const struct sink_options *opt);

/*
 * Opens the run. NULL on failure, after a sentence in `why`. `verb` is written into the env
 * record. Without an `env` the sink opens no run of its own and closes none: what it takes are
 * whole runs, with the frames they have (`verb` and `prove` are not used). A report is written beside its place and renamed at the end, except for devices
 * and "-", so that what stands under its name is always whole.
 */
struct sink *sink_open(const char *verb, const struct sink_options *opt,
	const struct env *env, char *why, size_t why_size);

/* Takes `json` (see record_new()); a record that cannot be decoded or written is kept as the
 * sink's error. */
void sink_record(struct sink *s, json_t *json);

/* The progress line on a terminal: `done` of `all`, and what is at hand. */
void sink_progress(struct sink *s, size_t done, size_t all, const char *what);

/*
 * Closes the run and frees the sink; what it returns is the exit code of the verb. `why` is
 * "" unless it is EXIT_ERROR because something was lost: a record, the end of a run that was
 * relayed, or the report on its way to stdout or the file. Then it is a sentence.
 */
enum exit_code sink_close(struct sink *s, char *why, size_t why_size);

/*
 * Frees the sink (NULL is fine) without an end record. Before its first record nothing is
 * written at all; after it, what there is is shown as cut short and stays FILE.partial.
 */
void sink_abandon(struct sink *s);

#endif
