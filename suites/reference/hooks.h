/*
 * hooks (config.md, "POSIX-platform Hooks"): each gets the container's state on its
 * stdin, exactly the environment given, and its timeout; one that is late is killed with
 * its process group.
 */
#ifndef PLIMSOLL_REFERENCE_HOOKS_H
#define PLIMSOLL_REFERENCE_HOOKS_H

#include "config.h"

/* What a hook that fails means. */
enum hooks_failing { HOOKS_STOP, HOOKS_GO_ON };

/*
 * Runs hooks.KIND in order, in the caller's namespaces, with the bundle as working
 * directory. HOOKS_STOP: the first that fails (exit status, signal, timeout, not
 * executable) ends it, f names hooks.KIND[N] and the path. HOOKS_GO_ON: all are run, f
 * has the first failure. 0 or -errno.
 */
int hooks_run(const struct config *c, const char *kind, const json_t *state,
	enum hooks_failing failing, struct failure *f);

/* The six kinds; NULL-terminated. */
extern const char *const hooks_kinds[];

#endif
