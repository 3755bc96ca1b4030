/* Trials of many cases on one runtime, a few at a time, each in a child of its own. */
#ifndef PLIMSOLL_BATCH_H
#define PLIMSOLL_BATCH_H

#include "case.h"
#include "runtime.h"
#include "sink.h"

enum sabotage {
	SABOTAGE_NEVER,
	SABOTAGE_WRONG, /* what went wrong: was the request ignored? */
	SABOTAGE_ALL,
};

struct batch {
	const struct runtime *runtime;
	struct kase *const *cases;
	json_t **
		results; /* one for each case: {"plain", "sabotaged", "ms"}; the caller's */
	size_t count;
	enum sabotage sabotage;
	const json_t *base; /* fixtures/base/config.json */
	size_t workers;     /* 0: as many as there are processors */
	int deadline_ms;    /* for each command of the runtime */
	struct sink *sink;  /* it is told of the progress */
	size_t done;
};

/* 0, or -errno if no child could be made; then there may be no results. */
int batch_run(struct batch *b);

#endif
