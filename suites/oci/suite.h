/* The OCI suite: every case on every runtime, the canary first. */
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
};

struct suite;

/*
 * Loads the cases. NULL with a sentence in `why` if no case has a name asked for, or nothing
 * could be loaded; a case that cannot be read becomes an `error` record instead.
 */
struct suite *suite_load(const struct suite_options *opt, char *why, size_t why_size);
void suite_free(struct suite *s);

/*
 * Finds a runtime, given as [NAME=]PATH or [NAME=]name on PATH, and asks for its version. 0 or
 * -errno.
 */
int runtime_find(const char *given, struct runtime *ret_runtime);

/*
 * Where it stands: as a shell would find it, and where distributions put what only root runs.
 * 0 or -ENOENT.
 */
int runtime_search(const char *name, char *ret_path, size_t size);

/* Runs them on one runtime. 0, or -errno with a sentence in `why` if no child could be made. */
int suite_run(struct suite *s, const struct runtime *runtime, const struct env *env,
	struct sink *sink, char *why, size_t why_size);

#endif
