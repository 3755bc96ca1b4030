/*
 * One verb = one file = one `struct verb`: suites/probe.c defines `const struct verb
 * verb_probe` and is what `plimsoll probe` runs. What it says of itself is data: --help, the man
 * page and the completions are made from it. Only verbs, main.c and reporters write to stdout
 * and stderr.
 */
#ifndef PLIMSOLL_VERB_H
#define PLIMSOLL_VERB_H

#include <jansson.h>
#include <stddef.h>

#include "options.h"
#include "verdict.h"

struct verb_example {
	const char *command; /* as it is typed: "plimsoll probe" */
	const char *about;   /* what it is good for, in a few words */
};

/*
 * Texts are plain words; an empty line parts paragraphs, and lines are wrapped where they are
 * shown. `options` has at least the row that ends it, `examples` two and one without a command.
 */
struct verb {
	const char *about; /* one line */
	const char *usage; /* behind the name: "[OPTION]... [NAME]..." */
	const char *text;  /* what it does: a paragraph or two, for --help */
	const struct option_row *options;
	const char *operand;       /* a word that is no option: "NAME"; or NULL */
	enum completion completes; /* an operand */
	enum completion lists;     /* whose names --help has, and the man page in full */
	const char *notes;  /* behind the options: exit codes of its own; or NULL */
	const char *manual; /* more paragraphs, for the man page only; or NULL */
	const struct verb_example *examples;
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
 */
enum exit_code verb_usage(const char *verb, const char *fmt, ...) _printf_(2, 3);

/* One line on stderr, "plimsoll VERB: ...", about what went wrong; returns EXIT_ERROR. */
enum exit_code verb_error(const char *verb, const char *fmt, ...) _printf_(2, 3);

#endif
