/* Runs one command of the runtime under test: a deadline, bounded output, no escape. */
#ifndef PLIMSOLL_COMMAND_H
#define PLIMSOLL_COMMAND_H

#include "trial.h"

#define COMMAND_OUTPUT_MAX (64u << 10) /* bytes of each stream that are kept */

struct command {
	const char *const *argv; /* argv[0] is the runtime's path */
	const char *cwd;         /* NULL: the bundle */
	bool to_witness;  /* its stdout is the container's: the witness's channel */
	int fds;          /* descriptors that it finds open besides 0, 1 and 2 */
	const char *open; /* a path that these are opened from; NULL: /dev/null */
};

struct command_result {
	int status;   /* as waitpid(2) gives it */
	bool late;    /* killed at the deadline */
	bool flooded; /* it said more than COMMAND_OUTPUT_MAX */
	char *out;    /* its stdout, "" if to_witness; free() both */
	char *err;
};

/* 0, or -errno if the command could not be started. The result is to be released. */
int command_run(struct trial *t, const struct command *cmd, struct command_result *ret);
void command_release(struct command_result *r);

/* "ok", "exit 1", "signal KILL", "timeout" (static buffer). */
const char *command_exit(const struct command_result *r);

/* The last line that says something, as runtimes put their error there (static buffer). */
const char *last_line(const char *text);

/*
 * Waits until `pidfd` is readable or `done(t)` is true, reading the witness's channel
 * meanwhile; pidfd may be -1. False if that took longer than ms.
 */
bool trial_wait(struct trial *t, int pidfd, bool (*done)(const struct trial *t), int ms);

#endif
