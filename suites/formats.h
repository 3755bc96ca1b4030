/* The reports that a verb makes of the same records: --format F[=FILE], as often as wanted. */
#ifndef PLIMSOLL_FORMATS_H
#define PLIMSOLL_FORMATS_H

#include "output.h"

#define FORMATS_MOST 32

struct formats {
	struct {
		const char *name;
		const char *path; /* NULL: stdout */
	} list[FORMATS_MOST];
	size_t count;
	bool fleet; /* each file is a node of one */
	struct output *outputs[FORMATS_MOST];
};

/*
 * What a row OPTION_FORMATS() does with "F" or "F=FILE": `text` is cut at the equals sign and
 * kept. 0, or a negative errno with the reason in `why`.
 */
int formats_take(struct formats *f, char *text, char *why, size_t why_size);

/* Opens them all, "text" if there is none; false with a sentence in `why`. */
bool formats_open(struct formats *f, char *why, size_t why_size);

/* The file that the records to come were read from; NULL: none. */
void formats_source(struct formats *f, const char *source);
void formats_record(struct formats *f, const struct record *rec);

/* A file of which no more can be read; see output_lost(). */
void formats_lost(struct formats *f, const char *why);

/* Of a verb that writes them; see output_status(). */
enum exit_code formats_status(const struct formats *f, enum exit_code code);

/* Closes them all. 0, or -errno with a sentence about the first that is not whole. */
int formats_close(struct formats *f, bool cut_short, char *why, size_t why_size);

/* Instead of formats_close(), if no record was written. */
void formats_discard(struct formats *f);

#endif
