/*
 * The options of a verb, declared once: a table of rows that a row without a name ends. What
 * reads the command line, --help, the man pages and the completions of shells all come from it.
 */
#ifndef PLIMSOLL_OPTIONS_H
#define PLIMSOLL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "verdict.h"

/* What is done with a value: where it goes is `at`, an offset in the verb's arguments. */
enum option_kind {
	OPTION_FLAG, /* bool: there is no value */
	OPTION_TEXT, /* const char *: the value itself; the last one stays */
	OPTION_LIST, /* const char *[most], in order; a size_t at `count_at` counts them */
	OPTION_COUNT,   /* size_t, from 1 to 64 */
	OPTION_NUMBER,  /* unsigned, from 1 to `most` */
	OPTION_SECONDS, /* int, milliseconds: more than 0, at most a day */
	OPTION_WORD,    /* int or an enum: the place of the value among `words` */
	OPTION_CALL,    /* take() does it */
};

/* What a shell offers for a value or an operand. */
enum completion {
	COMPLETES_NOTHING,
	COMPLETES_FILE,
	COMPLETES_DIRECTORY,
	COMPLETES_USER,
	COMPLETES_WORDS,   /* those of the row */
	COMPLETES_COMMAS,  /* the same, with commas between them */
	COMPLETES_RUNTIME, /* the well-known ones, and files; behind "=": files */
	COMPLETES_FORMAT,  /* of reports; behind "=": files */
	COMPLETES_PROBE,
	COMPLETES_CASE,
	COMPLETES_NAME, /* probes, cases and facts */
	COMPLETES_PROFILE,
	COMPLETES_COUNT,
};

struct option_row {
	const char *name;  /* without the dashes */
	const char *value; /* what stands for it in help: "DIR"; NULL: a flag */
	const char *about; /* part of a sentence, for a line or two of --help */
	const char *more;  /* sentences, for the man page only; or NULL */
	enum option_kind kind;
	enum completion completes;
	bool repeats; /* of a CALL; a LIST does anyway */
	size_t at, count_at;
	unsigned most;
	/* Ended by NULL. A TEXT or LIST that completes COMPLETES_WORDS must be one of them. */
	const char *const *words;
	/*
	 * What a CALL does with the value; of a TEXT, may refuse it. 0, or a negative errno with the
	 * reason in `why`, of which -ENOMEM is no fault of the command line.
	 */
	int (*take)(void *args, char *value, char *why, size_t why_size);
};

/* The words that are no options: the tail of argv, which getopt_long(3) has put in order. */
struct operands {
	char **words; /* ended by NULL, unless argv was cut */
	size_t count;
};

/*
 * Reads argv, in which argv[0] is the verb, into `args`. EXIT_OK; or EXIT_USAGE (EXIT_ERROR
 * without memory) after a line on stderr that names the option and says what is wrong with it.
 */
enum exit_code options_parse(const struct option_row *rows, int argc, char **argv,
	void *args, struct operands *ret_operands);

/* May it be given several times, to the effect of each? */
bool option_repeats(const struct option_row *row);

/* Is it likely that who wrote `word` meant `name`? */
bool option_is_near(const char *word, const char *name);

/* A take() of --format: is there such a format? */
int option_format(void *args, char *value, char *why, size_t why_size);

/* Is the name one of `names`, or matched by a glob among them? None at all match any. */
bool option_names(char *const *names, size_t count, const char *name);

/* Rows that several verbs have; each is told where its value goes. */
/* clang-format off */
#define OPTIONS_SINK(type, sink) \
	{ .name = "report", .value = "FILE", .kind = OPTION_TEXT, \
	  .at = offsetof(type, sink.report), .completes = COMPLETES_FILE, \
	  .about = "write the records there, JSON Lines (- for stdout)", \
	  .more = "The file is written beside its place, as FILE.partial, and gets its name when " \
		"it is whole. From - nothing else comes on stdout." }, \
	{ .name = "format", .value = "FORMAT", .kind = OPTION_TEXT, \
	  .at = offsetof(type, sink.format), .completes = COMPLETES_FORMAT, \
	  .take = option_format, \
	  .about = "as text, tap, ...: plimsoll report --formats lists them", \
	  .more = "plimsoll-report(1) has a table of the formats. The default for one run is text." }, \
	OPTIONS_BASELINE(type, sink.baseline, sink.update_baseline)

#define OPTIONS_BASELINE(type, file, update) \
	{ .name = "baseline", .value = "FILE", .kind = OPTION_TEXT, .at = offsetof(type, file), \
	  .completes = COMPLETES_FILE, \
	  .about = "only what is new or worse than in these records counts", \
	  .more = "FILE is one of records, of any earlier run. What fails as it did there is told, " \
		"and said to be known; it does not count for the exit code, nor in formats for CI " \
		"systems. A check that passed there, or was not asked, and now fails or is missing, " \
		"does." }, \
	{ .name = "update-baseline", .kind = OPTION_FLAG, .at = offsetof(type, update), \
	  .about = "write that FILE anew from this run", \
	  .more = "It is written without times and other things that differ from run to run, so " \
		"that it can be kept under version control. The exit code is 0 then, unless " \
		"something could not be asked." }

/* For take() see formats_take(). */
#define OPTION_FORMATS(call) \
	{ .name = "format", .value = "F[=FILE]", .kind = OPTION_CALL, .take = call, \
	  .repeats = true, .completes = COMPLETES_FORMAT, \
	  .about = "write format F to stdout (default: text), or to FILE: several may be made in " \
		"one go", \
	  .more = "FILE is written beside its place, as FILE.partial, and gets its name when it is " \
		"whole." }

#define OPTION_PATHS(type, paths, count, room, what) \
	{ .name = "path", .value = "DIR", .kind = OPTION_LIST, .at = offsetof(type, paths), \
	  .count_at = offsetof(type, count), .most = (room), \
	  .completes = COMPLETES_DIRECTORY, .about = what }

#define OPTION_AS(type, member) \
	{ .name = "as", .value = "USER", .kind = OPTION_TEXT, .at = offsetof(type, member), \
	  .completes = COMPLETES_USER, .about = "the unprivileged user (default: nobody)", \
	  .more = "To ask as somebody else takes root." }

#define OPTION_AUTOLOAD(type, member) \
	{ .name = "allow-autoload", .kind = OPTION_FLAG, .at = offsetof(type, member), \
	  .about = "also ask what makes the kernel load a module", \
	  .more = "Without it such a question is only asked where the module is there already, as " \
		"asking is not to change the host." }

#define OPTION_FIXTURES(type, member, what) \
	{ .name = "fixtures", .value = "DIR", .kind = OPTION_TEXT, \
	  .at = offsetof(type, member), .completes = COMPLETES_DIRECTORY, .about = what, \
	  .more = "Default: those that are installed, else those of the source tree, else the copy " \
		"inside the program." }

#define OPTION_JOBS(type, member, what) \
	{ .name = "jobs", .value = "N", .kind = OPTION_COUNT, .at = offsetof(type, member), \
	  .about = what }

#define OPTION_TIMEOUT(type, member, what) \
	{ .name = "timeout", .value = "S", .kind = OPTION_SECONDS, \
	  .at = offsetof(type, member), .about = "seconds " what, \
	  .more = "Fractions such as 2.5 are fine." }
/* clang-format on */

#endif
