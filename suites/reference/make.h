/* `create`, and the first half of `run`: from a bundle to a container that waits for `start`. */
#ifndef PLIMSOLL_REFERENCE_MAKE_H
#define PLIMSOLL_REFERENCE_MAKE_H

#include "container.h"

struct make_options {
	const char *bundle; /* NULL: the working directory */
	const char *pid_file, *console_socket;
	bool no_pivot, no_new_keyring;
	int preserve_fds;
	int listen_fds; /* of these, the first ones are an init system's: sd_listen_fds(3) */
	bool foreground; /* a terminal's master is for the caller */
};

struct made {
	struct container container;
	struct config config;
	int master; /* of its terminal, in the foreground; else -1 */
};

/* 0, or -errno with nothing left of the attempt. */
int make(const struct globals *g, const struct make_options *o, const char *id,
	struct made *ret, struct failure *f);
void made_release(struct made *m);
#define _cleanup_made_ _cleanup_(made_release)

/* Writes a number to a file that is there whole or not at all. */
int write_pid_file(const char *path, pid_t pid, struct failure *f);

/*
 * `start`: the program runs when this returns 0, and the poststart hooks have been run. If one of
 * them fails, the container is destroyed, as runtime.md ("Lifecycle") has it.
 */
int container_start(struct container *c, const struct config *config, struct failure *f);

/*
 * Ends whatever still runs in it, undoes what `create` made, and runs the poststop hooks of
 * `config` (NULL: none), whose failures end nothing. 0 or -errno.
 */
int container_destroy(
	struct container *c, const struct config *config, struct failure *f);

#endif
