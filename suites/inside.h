/*
 * The viewpoint "inside a container that RUNTIME makes": plimsoll itself is put into one, with
 * its libraries, and asks there. The container is what an engine makes by default (the suite's
 * base configuration with fixtures/base/engine.json): Docker's capabilities, masked paths and
 * what its seccomp profile takes from who lacks CAP_SYS_ADMIN.
 */
#ifndef PLIMSOLL_INSIDE_H
#define PLIMSOLL_INSIDE_H

#include "asking.h"

/*
 * Asks the questions of `opt` there and records the answers as of "container:RUNTIME". If it
 * comes to no container, one `error` record says why. What the runtime claims in `features` and
 * `outside` (the host's own answer to a probe, NULL if it has none) denies is said as a
 * contradiction. 0, or a negative errno with a sentence in `why`: -EINVAL if there is no such
 * runtime.
 */
typedef const struct verdict *(*inside_outside)(const void *ctx, const char *probe);
int inside_ask(const char *runtime, const struct asking_options *opt, struct sink *sink,
	inside_outside outside, const void *ctx, char *why, size_t why_size);

#endif
