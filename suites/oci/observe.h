/*
 * Observations: what the keys of a case's "observe" mean.
 *   FACT[/PATH]       the witness's, from inside the container
 *   host:FACT/PATH    the same fact from outside; PATH is below the case's host directory
 *   STEP:WHAT         what a step showed: exit ("ok", "error", ...), stderr, state, features,
 *                     pid-file, left; after it, of the container's process: init-exe, init-dirs
 * Some facts are derived from raw ones: capabilities, noNewPrivileges, seccomp (status),
 * mount/PATH (mountinfo), namespace/TYPE (ns/TYPE), started, signals, exited.
 */
#ifndef PLIMSOLL_OBSERVE_H
#define PLIMSOLL_OBSERVE_H

#include <stdio.h>

#include "trial.h"

/* Is this an observation? `steps` NULL: the default ones. 0, or -EINVAL with `why`. */
int observe_check(const char *key, const json_t *steps, char *why, size_t why_size);

/* Writes the raw facts that the witness has to look at, one on each line. */
void observe_requests(const json_t *observe, FILE *out);

/* Looks at the host: facts, now, in the dock, into t->evidence. The first time only. */
void observe_host(struct trial *t);

/* Takes what the witness said, and what is derived from it, into t->evidence. */
void observe_witness(struct trial *t);

#endif
