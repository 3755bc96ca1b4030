/*
 * Questions that are asked for what their answers mean together: each once, however often it
 * is wanted, and all of them within a given time. And the directories they are about, looked
 * at within that time, too: on a file system whose server is gone a look may take forever.
 */
#ifndef PLIMSOLL_VERDICTS_H
#define PLIMSOLL_VERDICTS_H

#include "ask.h"
#include "sink.h"

/* Called for each answer, in the order of the questions. */
typedef void (*verdict_fn)(
	void *ctx, const struct question *q, const struct verdict *v, double ms);

/* Starts zeroed. What questions point to is the caller's. */
struct verdicts {
	struct question *questions;
	struct verdict *list; /* one for each question, once they have been asked */
	double *ms;           /* negative until answered */
	size_t count, room, told;
	verdict_fn fn;
	void *ctx;
	struct sink *sink;
};

/* Adds a question. 0 or -ENOMEM. */
int verdicts_add(struct verdicts *v, const struct question *q);

/* Wants an answer, once however often; its index in ret_index. 0 or -ENOMEM. */
int verdicts_want(struct verdicts *v, const struct question *q, size_t *ret_index);

/* Asks them all; the sink (or NULL) is told of the progress. 0 or -errno. */
int verdicts_ask(struct verdicts *v, const struct ask_options *opt, struct sink *sink,
	verdict_fn fn, void *ctx);

void verdicts_free(struct verdicts *v);

/* A directory that is to be asked about, as it was found. */
struct place {
	char *path;
	char *nearest; /* the nearest directory above it that is there; NULL: not known */
	int err; /* 0: it is there; a positive errno; ETIMEDOUT: no answer in time */
};

/* Looks at all of them within `ms`. 0 or -errno; memory in them is for places_free(). */
int places_look(struct place *places, size_t count, int ms);
void places_free(struct place *places, size_t count);

#endif
