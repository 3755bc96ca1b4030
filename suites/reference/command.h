/* The commands of the command line: each is a `struct command`. */
#ifndef PLIMSOLL_REFERENCE_COMMAND_H
#define PLIMSOLL_REFERENCE_COMMAND_H

#include "container.h"

struct command {
	const char *name;
	const char *about; /* one line */
	const char *usage; /* "[OPTION]... ID" and a line for each option */
	/* argv[0] is the command. Returns the exit status: 0, or 1 with what failed in
	 * `f`, or the container's own (run, exec). */
	int (*run)(const struct globals *g, int argc, char **argv, struct failure *f);
};

extern const struct command command_create, command_run, command_start, command_state,
	command_kill, command_delete, command_exec, command_pause, command_resume,
	command_update, command_ps, command_list, command_features, command_spec;

/* What is wrong with a command line; returns 1. getopt's own messages are off. */
int command_usage(const struct command *c, struct failure *f, const char *fmt, ...)
	_printf_(3, 4);

/* The one ID that is left on the command line; NULL with the reason in f. */
const char *command_id(const struct command *c, int argc, char **argv, struct failure *f);

/* The same for a command without options. */
const char *command_only_id(
	const struct command *c, int argc, char **argv, struct failure *f);

/* What getopt_long(3) has just not understood; returns 1. */
int command_option(const struct command *c, char **argv, struct failure *f);

/* A whole number from 0 to `max`. 0 or -EINVAL. */
int command_number(const char *text, long max, int *ret);

/* Prints JSON on stdout, indented; 0, or 1 with the reason in f. */
int command_print(const json_t *json, struct failure *f);

#endif
