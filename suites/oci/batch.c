#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "batch.h"
#include "guard.h"
#include "judge.h"
#include "pool.h"
#include "trial.h"

/* Of the container, and of its cgroup. */
static void trial_id(size_t index, char *id, size_t size)
{
	snprintf(id, size, "%s.%zu", guard_name(), index);
}

/* In a child: the case as it is and, if that is asked for or has to be known, sabotaged. */
static json_t *run_case(const struct batch *b, size_t index)
{
	const struct kase *k = b->cases[index];
	char id[64];
	struct trial t = { .k = k,
		.runtime = b->runtime,
		.base = b->base,
		.deadline_ms = b->deadline_ms,
		.id = id };

	trial_id(index, id, sizeof(id));
	double start = now_ms();
	json_t *plain = trial_run(&t), *sabotaged = NULL;
	double ms = (long)((now_ms() - start) * 1000) / 1000.0;

	struct judged j = judge(k, plain, NULL, NULL, NULL);
	json_decref(j.observed);
	if (b->sabotage == SABOTAGE_ALL ||
		(b->sabotage == SABOTAGE_WRONG && j.verdict.outcome == OUTCOME_FAIL &&
			j.verdict.kind == KIND_WRONG && case_disproof_in_config(k))) {
		t.sabotaged = true;
		sabotaged = trial_run(&t);
	}
	return json_pack(
		"{s:o, s:o*, s:f}", "plain", plain, "sabotaged", sabotaged, "ms", ms);
}

static void job(void *ctx, size_t index, int out)
{
	json_auto_t *result = run_case(ctx, index);
	json_dumpfd(result, out, JSON_COMPACT);
}

static void done(void *ctx, size_t index, const struct pool_result *r)
{
	struct batch *b = ctx;
	char what[200], id[64];

	trial_id(index, id, sizeof(id));
	if (r->late || WIFSIGNALED(r->status))
		guard_remove(id);
	if (r->flooded)
		snprintf(what, sizeof(what),
			"the trial said more than %u bytes and was killed",
			POOL_OUTPUT_MAX);
	else if (r->late)
		snprintf(what, sizeof(what),
			"the trial did not end in time and was killed");
	else if (WIFSIGNALED(r->status))
		snprintf(what, sizeof(what), "the trial crashed: signal SIG%s",
			sigabbrev_np(WTERMSIG(r->status)));
	else
		snprintf(what, sizeof(what), "the trial said nothing that can be read");
	json_t *result = json_loadb(r->data ? r->data : "", r->len, 0, NULL);
	if (!result)
		result = json_pack(
			"{s:{s:s, s:s}}", "plain", "error", what, "fault", "harness");
	b->results[index] = result;
	sink_progress(b->sink, ++b->done, b->count, b->cases[index]->name);
}

/*
 * Longer than the longest trial can take if its runtime lets every command run into its
 * deadline, so that what it did is said, and not that a trial was killed. A create takes a
 * command more, a collect a wait more; the same comes at the end; and all of it comes twice.
 */
static int longest(const struct batch *b)
{
	size_t steps = 4;

	for (size_t i = 0; i < b->count; i++)
		if (json_array_size(b->cases[i]->steps) > steps)
			steps = json_array_size(b->cases[i]->steps);
	double ms = 2.0 * (2 * steps + 4) * b->deadline_ms + 10000;
	return ms < INT_MAX / 2 ? (int)ms : INT_MAX / 2;
}

int batch_run(struct batch *b)
{
	struct pool pool = { .workers = b->workers,
		.deadline_ms = longest(b),
		.job = job,
		.done = done,
		.ctx = b };

	return pool_run(&pool, b->count);
}
