/*
 * What the questions about Landlock share. A domain cannot be left again: all of this but
 * landlock_abi() is for a forked child (ask_in_child()).
 */
#ifndef PLIMSOLL_LANDLOCK_H
#define PLIMSOLL_LANDLOCK_H

#include "answer.h"
#include "ask.h"
#include "uapi/landlock.h"

/* The ABI that this kernel speaks, or -1 with *ret_refused. */
int landlock_abi(const struct ask *a, struct verdict *ret_refused);

/* Runs fn, which enters a domain, in a child if Landlock is there at all. */
struct verdict landlock_ask(
	const struct ask *a, struct verdict (*fn)(const struct ask *a, void *arg));

/*
 * A ruleset that handles these accesses: all are denied but what a rule allows. A descriptor,
 * or -1 with *ret_refused at the stage "landlock_create_ruleset(WHAT)", `absent` if the
 * kernel knows Landlock and not these.
 */
int landlock_ruleset(const struct ask *a, const char *what,
	const struct plimsoll_landlock_handled *handled, struct verdict *ret_refused);

/* Allows `access` below a path. 0, or -1 with *ret_refused. */
int landlock_allow(const struct ask *a, int ruleset, const char *path, uint64_t access,
	struct verdict *ret_refused);

/* Enters the domain, which logs nothing if it can help it. 0, or -1 with *ret_refused. */
int landlock_enter(const struct ask *a, int ruleset, struct verdict *ret_refused);

/* Opens and closes: 0 or a positive errno. */
int landlock_try_open(const char *path, int flags);

#endif
