/*
 * What is done with a container. A step is a verb, or an object:
 *   {"do": VERB, "as": NAME, "id": ID, "signal": SIG, "pid-file": PATH, "cwd": DIR,
 *    "fds": N, "open": PATH, "preserve-fds": N}
 * VERB is a command of the OCI command line (create start state kill delete features), or
 * `watch`: look for a fifth of a second whether the witness begins, or `collect`: wait until
 * the witness has said what there is to say. If it has to wait for signals, the first collect
 * ends when it is ready for them. NAME is how observations name
 * the step (default: the verb). The runtime finds `fds` descriptors more than the standard
 * streams open, from 3 on, all of them of PATH (default: /dev/null); "preserve-fds" is an
 * option of create, and no pid file is asked for if "pid-file" is "". A step whose exit nobody
 * observes has to succeed.
 */
#ifndef PLIMSOLL_STEPS_H
#define PLIMSOLL_STEPS_H

#include "trial.h"

struct step {
	const char *verb, *as, *id, *signal, *pid_file, *cwd, *open;
	long long fds, preserve_fds; /* 0 where the step does not say */
};

/* Checks one step's form. 0, or -EINVAL with a sentence in `why`. */
int step_check(const json_t *json, char *why, size_t why_size);

/* Borrows from json; id, signal, pid_file, cwd and open are NULL where the step does not say. */
struct step step_read(const json_t *json);

/* Does the witness have to wait for signals? That is so if any step is a kill. */
bool steps_hold(const json_t *steps);

/* Is there a step of this name? `steps` NULL means the default ones. */
bool steps_have(const json_t *steps, const char *as, size_t len);

/*
 * Does them all, then deletes what is left, and puts what each step showed into t->evidence:
 * NAME:exit, NAME:stderr, NAME:state, NAME:left ... 0, or -errno with a sentence in `why`.
 */
int steps_run(struct trial *t, char *why, size_t why_size);

#endif
