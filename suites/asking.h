/*
 * Which questions are asked of this kernel, as whom, and how the answers become records.
 */
#ifndef PLIMSOLL_ASKING_H
#define PLIMSOLL_ASKING_H

#include "ask.h"
#include "sink.h"

struct asking_options {
	char *const *names; /* of probes, or globs over them; none: all */
	size_t name_count;
	char *const *paths; /* --path; none: the one in asking_path() */
	size_t path_count;
	const char *as;  /* --as: the unprivileged user; NULL: nobody */
	size_t workers;  /* 0: as many as there are processors */
	int deadline_ms; /* for each question; 0: the engine's */
	bool prove;      /* then take each call away and ask again */
};

/*
 * Asks and records. 0, or a negative errno with a sentence in `why`: -EINVAL for what is
 * wrong in the options (no such probe, user or directory), else what kept us from asking.
 */
int asking_run(const struct asking_options *opt, const struct env *env, struct sink *sink,
	char *why, size_t why_size);

/*
 * The verdict on one probe, asked as ourselves. False if there is no probe of that name.
 */
bool asking_one(const char *name, const struct env *env, struct verdict *ret_verdict);

/* The directory asked about when none is named: where container engines keep their data. */
const char *asking_path(void);

const struct probe_entry *probe_find(const char *name);

#endif
