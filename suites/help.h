/* What --help prints, made from what verbs say of themselves. */
#ifndef PLIMSOLL_HELP_H
#define PLIMSOLL_HELP_H

#include <stdio.h>

#include "verb.h"

#define HELP_ABOUT                                                                  \
	"What can this kernel safely carry, and does a container runtime keep its " \
	"obligations on it?"

/* `plimsoll VERB --help`: at most 80 columns. */
void help_verb(FILE *out, const char *name, const struct verb *verb);

/* `plimsoll --help` */
void help_program(FILE *out);

/* What the program's exit codes mean, from 0 on; ended by one without a meaning. */
struct exit_meaning {
	enum exit_code code;
	const char *meaning; /* "nothing failed" */
	const char *more;    /* the same in a sentence or two */
};

extern const struct exit_meaning exit_meanings[];

/* "[NAME=]PATH": the option as it is typed, "--path DIR"; `size` is cut at. */
void help_option(const struct option_row *row, char *text, size_t size);

/* The next paragraph of a text, a copy, and on in `*text`; NULL behind the last. free() it. */
char *help_paragraph(const char **text);

#endif
