/*
 * Whether a host is ready for what profiles ask: from them the questions, from the answers one
 * record for each profile.
 */
#ifndef PLIMSOLL_READINESS_H
#define PLIMSOLL_READINESS_H

#include <limits.h>

#include "profile.h"
#include "verdicts.h"

#define READINESS_PATHS_MOST 256 /* --path */

/* Somebody who is asked. */
struct who {
	struct asker asker;
	char login[64]; /* a user whom root becomes; "" for ourselves */
	char home[PATH_MAX];
};

/* Starts with the first members set and the others zero. */
struct readiness {
	struct profile *profiles;
	size_t profile_count;
	char *const *
		paths; /* --path, READINESS_PATHS_MOST at most; none: the profiles' own */
	size_t path_count;
	struct who self, user;
	bool user_named; /* by --as */
	int total_ms;    /* for all questions */

	struct place *places;
	size_t place_count;
	struct verdicts verdicts;
	bool late; /* the caller's to say: the time was used up */
};

/*
 * Looks at the directories, in half of the time at most. 0, or a negative errno with a sentence
 * in `why`; -EINVAL if a --path is no directory.
 */
int readiness_look(struct readiness *k, char *why, size_t why_size);

/* Puts all that is to be asked into `verdicts`. 0 or -ENOMEM. */
int readiness_want(struct readiness *k);

/* What the answers come to for a profile; NULL without memory. */
json_t *readiness_record(struct readiness *k, const struct profile *p);

/* Frees what was added; the profiles are the caller's. */
void readiness_free(struct readiness *k);

#endif
