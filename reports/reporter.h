/*
 * One format = one file = one `struct reporter`. reports/tap.c is the format "tap"; there is
 * no other registration. A reporter writes only to its stream and keeps all it knows in its
 * own state, so that several can run over the same records.
 */
#ifndef PLIMSOLL_REPORTER_H
#define PLIMSOLL_REPORTER_H

#include <stdbool.h>
#include <stdio.h>

#include "record.h"

struct report_to {
	FILE *out;
	bool colour; /* the reader is a terminal that wants it */
	int columns; /* width to fill, or 0 for any */
	/* Set before `end` if records are missing (a file cut short, a foreign one): the report
	 * must not look whole. */
	bool cut_short;
	/* The records come as they are measured: each is written out at once, so that what
	 * is known survives whatever comes next. */
	bool live;
	/* Each file is a node of a fleet: equal ones belong together. */
	bool fleet;
	/* The file that the record at hand was read from, as it was named; NULL if it was not. */
	const char *source;
};

struct reporter {
	const char *about;
	size_t state_size; /* bytes of zeroed state handed to each call below */
	/* NULL, or whether it can be written here, asked before anything is measured: 0, or
	 * -errno with a sentence in `why` that says what is missing. */
	int (*ready)(char *why, size_t why_size);
	/* Each returns 0 or -errno; `end` frees what the state holds, whatever failed before. */
	int (*begin)(void *state, const struct report_to *to);
	int (*record)(void *state, const struct report_to *to, const struct record *rec);
	int (*end)(void *state, const struct report_to *to);
	/*
	 * NULL, or called when the rest of `to->source` cannot be read, as the sentence `why` says,
	 * and other files follow. Of a format without it such a report is cut short.
	 */
	int (*lost)(void *state, const struct report_to *to, const char *why);
	/* NULL, or the exit status that this format's readers know for ours: the status of a
	 * verb that writes it to stdout. */
	int (*status)(enum exit_code code);
};

struct reporter_entry {
	const char *name;
	const struct reporter *reporter;
};

extern const struct reporter_entry reporter_table[];
extern const size_t reporter_count;

/* NULL if there is no such format. */
const struct reporter *reporter_find(const char *name);

#endif
