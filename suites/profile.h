/*
 * A profile: what a workload needs of the kernel and why, fixtures/profiles/NAME.json, or a
 * file of the user's own. fixtures/schema/profile.json says the same as a JSON Schema; this
 * reader is as strict, and knows which probes there are.
 */
#ifndef PLIMSOLL_PROFILE_H
#define PLIMSOLL_PROFILE_H

#include <jansson.h>
#include <stdbool.h>

#include "fixtures.h"
#include "probe.h"

#define PROFILE_ANY_MOST   8
#define PROFILE_PATHS_MOST 16

/* All texts are borrowed from the profile's json. */
struct profile_need {
	bool required;      /* or recommended */
	const char *reason; /* why the workload needs it, for who has never heard of it */
	const char *source; /* where that is said */
	const struct probe_entry *any[PROFILE_ANY_MOST]; /* one of these has to pass */
	size_t any_count;
	const struct probe_entry *where; /* "if": only where this passes; NULL: always */
	const json_t *paths;             /* what a probe of a directory is asked about */
};

struct profile {
	json_t *json;
	char *name; /* kubernetes-userns */
	char *file; /* where it is, for messages */
	const char *about, *source;
	bool root; /* it is root who needs these things; otherwise an unprivileged user */
	struct profile_need *needs;
	size_t need_count;
};

/*
 * `word` with a "/" in it or ".json" at its end is a file, else the name of a profile among the
 * fixtures. 0, or a negative errno with a sentence in `why`, which names file, line and key of
 * what is wrong in it.
 */
int profile_load(const struct fixtures *fx, const char *word, struct profile *ret_profile,
	char *why, size_t why_size);
void profile_free(struct profile *p);

#endif
