/*
 * The OCI suite: every case on every runtime, the canary first. What a runtime fails is asked of
 * the reference, too, at most once in a process.
 */
#ifndef PLIMSOLL_SUITE_H
#define PLIMSOLL_SUITE_H

#include "fixtures.h"
#include "sink.h"
#include "trial.h"

struct suite_options {
	const struct fixtures *fixtures;
	char *const *names; /* of cases, or globs over them; none: all */
	size_t name_count;
	size_t workers;  /* 0: as many as there are processors */
	int deadline_ms; /* for each command of a runtime; 0: 10000 */
	bool prove;      /* run each case under its disproof, too */
	bool no_arbiter; /* leave the reference out of it */
};

struct suite;

/*
 * Loads the cases. NULL with a sentence in `why` if no case has a name asked for, or nothing
 * could be loaded; a case that cannot be read becomes an `error` record instead.
 */
struct suite *suite_load(const struct suite_options *opt, char *why, size_t why_size);
void suite_free(struct suite *s);

/* Runs them on one runtime. 0, or -errno with a sentence in `why` if no child could be made. */
int suite_run(struct suite *s, const struct runtime *runtime, const struct env *env,
	struct sink *sink, char *why, size_t why_size);

#endif
