/*
 * One verb = one file = one `struct verb`: suites/probe.c defines `const struct verb
 * verb_probe` and is what `plimsoll probe` runs. Only verbs, main.c and reporters write to
 * stdout and stderr.
 */
#ifndef PLIMSOLL_VERB_H
#define PLIMSOLL_VERB_H

#include <jansson.h>
#include <stddef.h>

#include "verdict.h"

struct verb {
	const char *about; /* one line */
	const char *help;  /* a screenful: usage, options, two examples */
	enum exit_code (*run)(int argc, char **argv); /* argv[0] is the verb */
};

struct verb_entry {
	const char *name;
	const struct verb *verb;
};

extern const struct verb_entry verb_table[];
extern const size_t verb_count;

/* NULL if there is no such verb. */
const struct verb *verb_find(const char *name);

/*
 * Turns this process, a child made for it, into a verb: `words` are its name and arguments. Never
 * returns; stdin is empty, stdout and stderr go to the descriptors, all others are closed.
 */
void verb_become(const json_t *words, int out, int err) __attribute__((noreturn));

/*
 * One line on stderr, "plimsoll VERB: ...", about the command line; returns EXIT_USAGE.
 * getopt's own messages are off (opterr = 0).
 */
enum exit_code verb_usage(const char *verb, const char *fmt, ...) _printf_(2, 3);

/* One line on stderr, "plimsoll VERB: ...", about what went wrong; returns EXIT_ERROR. */
enum exit_code verb_error(const char *verb, const char *fmt, ...) _printf_(2, 3);

#endif
