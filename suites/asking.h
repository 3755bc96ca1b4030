/*
 * Which questions are asked of this kernel, from which viewpoints, and how the answers become
 * records.
 */
#ifndef PLIMSOLL_ASKING_H
#define PLIMSOLL_ASKING_H

#include "sink.h"
#include "verdicts.h"

struct asking_options {
	char *const *names; /* of probes, or globs over them; none: all */
	size_t name_count;
	char *const *paths; /* --path; none: the one in asking_path() */
	size_t path_count;
	const char *as; /* --as: the unprivileged user; NULL: nobody */
	/* --from: viewpoints, with commas between them: root, user, userns, container:RUNTIME.
	 * NULL: oneself, and the user if one can become that. */
	const char *from;
	size_t workers;      /* 0: two for each processor */
	int deadline_ms;     /* for each question; 0: the engine's */
	bool prove;          /* then take each call away and ask again */
	bool allow_autoload; /* also ask what makes the kernel load a module */
};

/*
 * Asks and records. 0, or a negative errno with a sentence in `why`: -EINVAL for what is
 * wrong in the options (no such probe, user, viewpoint or directory), else what kept us from
 * asking.
 */
int asking_run(const struct asking_options *opt, const struct env *env, struct sink *sink,
	char *why, size_t why_size);

/* The same questions, without containers and proofs, for who wants the verdicts themselves. */
int asking_verdicts(const struct asking_options *opt, const struct env *env,
	verdict_fn fn, void *ctx, char *why, size_t why_size);

/* For ask_options.amend: remedies of the machine that this is. */
void asking_amend(const struct env *env, struct verdict *v);

/* A verdict_fn that records the answers; its ctx is a sink. */
void asking_record(
	void *ctx, const struct question *q, const struct verdict *v, double ms);

/*
 * The verdict on one probe, asked as ourselves. False if there is no probe of that name.
 */
bool asking_one(const char *name, const struct env *env, struct verdict *ret_verdict);

/* The directory asked about when none is named: where container engines keep their data. */
const char *asking_path(void);

#endif
