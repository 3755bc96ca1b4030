#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "asking.h"
#include "autoload.h"
#include "catalogue.h"
#include "contradiction.h"
#include "host.h"
#include "inside.h"
#include "options.h"
#include "record.h"
#include "viewpoint.h"

#define AUTOLOAD_DEADLINE_MS 30000

struct asking {
	const struct asking_options *opt;
	const struct env *env;
	struct sink *sink; /* of the progress; or NULL */
	asking_fn fn;
	void *ctx;
	struct viewpoints points;
	struct question *questions;
	struct verdict *verdicts;
	double *ms; /* negative until answered */
	size_t count, told;
};

const char *asking_path(void)
{
	struct stat st;

	return stat("/var/lib", &st) == 0 && S_ISDIR(st.st_mode) ? "/var/lib" : "/";
}

static int check_names(const struct asking_options *opt, char *why, size_t size)
{
	for (size_t i = 0; i < opt->name_count; i++) {
		bool any = false;
		for (size_t k = 0; k < probe_count && !any; k++)
			any = fnmatch(opt->names[i], probe_table[k].name, 0) == 0;
		if (!any) {
			snprintf(why, size,
				"there is no probe \"%s\" (plimsoll list shows them)",
				opt->names[i]);
			return -EINVAL;
		}
	}
	return 0;
}

static int check_paths(const struct asking_options *opt, char *why, size_t size)
{
	struct stat st;

	for (size_t i = 0; i < opt->path_count; i++) {
		int err = stat(opt->paths[i], &st) < 0 ? errno
			: S_ISDIR(st.st_mode)          ? 0
						       : ENOTDIR;
		if (err) {
			snprintf(
				why, size, "--path %s: %s", opt->paths[i], strerror(err));
			return -EINVAL;
		}
	}
	return 0;
}

static void add(struct asking *k, const struct probe_entry *entry, const char *path)
{
	for (size_t i = 0; i < k->points.asker_count; i++)
		k->questions[k->count++] = (struct question) {
			.entry = entry, .asker = &k->points.askers[i], .path = path
		};
}

static int choose_questions(struct asking *k)
{
	size_t paths = k->opt->path_count ? k->opt->path_count : 1;

	k->questions =
		calloc(probe_count * paths * VIEWPOINTS_MAX, sizeof(*k->questions));
	if (!k->questions)
		return -ENOMEM;
	for (size_t i = 0; i < probe_count; i++) {
		const struct probe_entry *entry = &probe_table[i];
		if (!option_names(k->opt->names, k->opt->name_count, entry->name))
			continue;
		if (!(entry->probe->needs & PROBE_NEEDS_PATH)) {
			add(k, entry, NULL);
			continue;
		}
		for (size_t p = 0; p < k->opt->path_count; p++)
			add(k, entry, k->opt->paths[p]);
		if (!k->opt->path_count)
			add(k, entry, asking_path());
	}
	return 0;
}

json_t *asking_record(const struct question *q, const struct verdict *v, double ms)
{
	json_t *json = record_new(RECORD_PROBE);

	record_set(json, "name", q->entry->name);
	record_set(json, "asker", q->asker->name);
	record_set(json, "subject", q->path);
	record_set(json, "about", q->entry->probe->about);
	record_set(json, "man", q->entry->probe->man);
	record_set(json, "since", q->entry->probe->since);
	record_set(json, "kconfig", q->entry->probe->kconfig);
	record_set_verdict(json, v);
	record_set_ms(json, ms);
	contradictions_add(json, q->entry->probe, v);
	return json;
}

/* A sabotage is noticed when the verdict is not `pass` any more. */
static json_t *proof_record(const struct question *q, const struct verdict *v, double ms)
{
	json_t *json = record_new(RECORD_PROOF);
	char detail[700];

	record_set(json, "of", "probe");
	record_set(json, "name", q->entry->name);
	record_set(json, "asker", q->asker->name);
	record_set(json, "subject", q->path);
	record_set(json, "call", q->taken->name);
	record_set(json, "answer", errno_name(q->taken_err));
	record_set(json, "outcome",
		outcome_name(v->outcome == OUTCOME_PASS ? OUTCOME_FAIL : OUTCOME_PASS));
	snprintf(detail, sizeof(detail), "the verdict was %s: %s",
		outcome_name(v->outcome), v->detail);
	record_set(json, "detail", detail);
	record_set_ms(json, ms);
	return json;
}

/* Answers come as they will; they are told in the order of the questions. */
static void answered(void *ctx, size_t index, const struct verdict *v, double ms)
{
	struct asking *k = ctx;

	k->verdicts[index] = *v;
	k->ms[index] = ms;
	for (; k->told < k->count && k->ms[k->told] >= 0; k->told++)
		k->fn(k->ctx, &k->questions[k->told], &k->verdicts[k->told],
			k->ms[k->told]);
	if (k->sink)
		sink_progress(
			k->sink, k->told, k->count, k->questions[index].entry->name);
}

void asking_amend(const struct env *env, struct verdict *v)
{
	static const char *machine;
	static bool known;

	if (!known)
		machine = host_machine(env);
	known = true;
	host_remedy(machine, v);
}

static int ask_questions(struct asking *k)
{
	/* Some modules try out algorithms as they are loaded. */
	int patience = k->opt->allow_autoload ? AUTOLOAD_DEADLINE_MS : 0;
	struct ask_options opt = { .env = k->env,
		.workers = k->opt->workers,
		.deadline_ms = k->opt->deadline_ms ? k->opt->deadline_ms : patience,
		.may_load = k->opt->allow_autoload ? NULL : autoload_harmless,
		.amend = asking_amend };

	k->verdicts = calloc(k->count, sizeof(*k->verdicts));
	k->ms = calloc(k->count, sizeof(*k->ms));
	if (k->count && (!k->verdicts || !k->ms))
		return -ENOMEM;
	for (size_t i = 0; i < k->count; i++)
		k->ms[i] = -1;
	return ask_all(k->questions, k->count, &opt, answered, k);
}

static void forget(struct asking *k)
{
	free(k->questions);
	free(k->verdicts);
	free(k->ms);
	k->questions = NULL;
	k->verdicts = NULL;
	k->ms = NULL;
}

static void record_proof(
	void *ctx, const struct question *q, const struct verdict *v, double ms)
{
	sink_record(ctx, proof_record(q, v, ms));
}

static void record_answer(
	void *ctx, const struct question *q, const struct verdict *v, double ms)
{
	sink_record(ctx, asking_record(q, v, ms));
}

/* For every question that passed: each of its calls taken away, in each way. */
static int prove(const struct asking *asked)
{
	static const int answers[] = { ENOSYS, EPERM, EINVAL };
	struct asking k = { .opt = asked->opt,
		.env = asked->env,
		.sink = asked->sink,
		.fn = record_proof,
		.ctx = asked->sink };

	k.questions =
		calloc(asked->count * 4 * ARRAY_SIZE(answers), sizeof(*k.questions));
	if (!k.questions)
		return -ENOMEM;
	for (size_t i = 0; i < asked->count; i++) {
		if (asked->verdicts[i].outcome != OUTCOME_PASS)
			continue;
		const struct call *call = asked->questions[i].entry->probe->calls;
		for (; call->name; call++) {
			for (size_t e = 0; e < ARRAY_SIZE(answers); e++) {
				struct question *q = &k.questions[k.count++];
				*q = asked->questions[i];
				q->taken = call;
				q->taken_err = answers[e];
			}
		}
	}
	int r = ask_questions(&k);
	forget(&k);
	return r;
}

static int choose(struct asking *k, char *why, size_t why_size)
{
	const struct asking_options *opt = k->opt;
	int r;

	if ((r = check_names(opt, why, why_size)) < 0 ||
		(r = check_paths(opt, why, why_size)) < 0 ||
		(r = viewpoints_choose(
			 opt->from, opt->as, k->env, &k->points, why, why_size)) < 0)
		return r;
	r = choose_questions(k);
	if (r < 0)
		snprintf(why, why_size, "cannot ask: %s", strerror(-r));
	return r;
}

/* What the first viewpoint was told of a probe. */
static const struct verdict *told(const void *ctx, const char *probe)
{
	const struct asking *k = ctx;

	for (size_t i = 0; i < k->count; i++)
		if (k->questions[i].asker == &k->points.askers[0] &&
			!strcmp(k->questions[i].entry->name, probe))
			return &k->verdicts[i];
	return NULL;
}

int asking_run(const struct asking_options *opt, const struct env *env, struct sink *sink,
	char *why, size_t why_size)
{
	struct asking k = {
		.opt = opt, .env = env, .sink = sink, .fn = record_answer, .ctx = sink
	};

	int r = choose(&k, why, why_size);
	if (r == 0) {
		r = ask_questions(&k);
		if (r == 0 && opt->prove)
			r = prove(&k);
		if (r < 0)
			snprintf(why, why_size, "cannot ask: %s", strerror(-r));
	}
	for (size_t i = 0; i < k.points.runtime_count && r == 0; i++)
		r = inside_ask(k.points.runtimes[i], opt, sink, told, &k, why, why_size);
	forget(&k);
	return r;
}

int asking_verdicts(const struct asking_options *opt, const struct env *env, asking_fn fn,
	void *ctx, char *why, size_t why_size)
{
	struct asking k = { .opt = opt, .env = env, .fn = fn, .ctx = ctx };

	int r = choose(&k, why, why_size);
	if (r == 0 && (r = ask_questions(&k)) < 0)
		snprintf(why, why_size, "cannot ask: %s", strerror(-r));
	forget(&k);
	return r;
}

static void keep(void *ctx, size_t index, const struct verdict *v, double ms)
{
	*(struct verdict *)ctx = *v;
}

bool asking_one(const char *name, const struct env *env, struct verdict *ret_verdict)
{
	const struct probe_entry *entry = probe_find(name);
	struct asker self = { .name = env_asker(env) };
	struct question q = { .entry = entry, .asker = &self, .path = asking_path() };
	struct ask_options opt = { .env = env, .workers = 1 };
	struct verdict v = { .outcome = OUTCOME_ERROR, .fault = FAULT_HARNESS };

	if (!entry)
		return false;
	int r = ask_all(&q, 1, &opt, keep, &v);
	if (r < 0)
		VERDICT_TEXT(v.detail, "cannot ask: %s", strerror(-r));
	*ret_verdict = v;
	return true;
}
