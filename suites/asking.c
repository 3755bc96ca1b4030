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
	struct viewpoints points;
	struct verdicts verdicts;
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

/* Of all viewpoints. */
static int add(struct asking *k, const struct probe_entry *entry, const char *path)
{
	int r = 0;

	for (size_t i = 0; i < k->points.asker_count && r == 0; i++)
		r = verdicts_add(&k->verdicts,
			&(struct question) { .entry = entry,
				.asker = &k->points.askers[i],
				.path = path });
	return r;
}

static int choose_questions(struct asking *k)
{
	const struct asking_options *opt = k->opt;
	int r = 0;

	for (size_t i = 0; i < probe_count && r == 0; i++) {
		const struct probe_entry *entry = &probe_table[i];
		if (!option_names(opt->names, opt->name_count, entry->name))
			continue;
		if (!(entry->probe->needs & PROBE_NEEDS_PATH))
			r = add(k, entry, NULL);
		else if (!opt->path_count)
			r = add(k, entry, asking_path());
		else
			for (size_t p = 0; p < opt->path_count && r == 0; p++)
				r = add(k, entry, opt->paths[p]);
	}
	return r;
}

void asking_record(
	void *ctx, const struct question *q, const struct verdict *v, double ms)
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
	sink_record(ctx, json);
}

/* A sabotage is noticed when the verdict is not `pass` any more. */
static void record_proof(
	void *ctx, const struct question *q, const struct verdict *v, double ms)
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
	sink_record(ctx, json);
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

/* `sink`: of the progress; or NULL. */
static int ask_questions(const struct asking *k, struct verdicts *verdicts,
	struct sink *sink, verdict_fn fn, void *ctx)
{
	/* Some modules try out algorithms as they are loaded. */
	int patience = k->opt->allow_autoload ? AUTOLOAD_DEADLINE_MS : 0;
	struct ask_options opt = { .env = k->env,
		.workers = k->opt->workers,
		.deadline_ms = k->opt->deadline_ms ? k->opt->deadline_ms : patience,
		.may_load = k->opt->allow_autoload ? NULL : autoload_harmless,
		.amend = asking_amend };

	return verdicts_ask(verdicts, &opt, sink, fn, ctx);
}

/* For a question that passed: each of its calls taken away, in each way. */
static int add_sabotages(struct verdicts *proofs, const struct question *passed)
{
	static const int answers[] = { ENOSYS, EPERM, EINVAL };
	struct question q = *passed;
	int r = 0;

	for (const struct call *call = q.entry->probe->calls; call->name; call++) {
		q.taken = call;
		for (size_t e = 0; e < ARRAY_SIZE(answers) && r == 0; e++) {
			q.taken_err = answers[e];
			r = verdicts_add(proofs, &q);
		}
	}
	return r;
}

static int prove(const struct asking *k, struct sink *sink)
{
	_cleanup_(verdicts_free) struct verdicts proofs = { .count = 0 };
	const struct verdicts *asked = &k->verdicts;
	int r = 0;

	for (size_t i = 0; i < asked->count && r == 0; i++)
		if (asked->list[i].outcome == OUTCOME_PASS)
			r = add_sabotages(&proofs, &asked->questions[i]);
	return r < 0 ? r : ask_questions(k, &proofs, sink, record_proof, sink);
}

static int cannot_ask(int r, char *why, size_t why_size)
{
	if (r < 0)
		snprintf(why, why_size, "cannot ask: %s", strerror(-r));
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
	return cannot_ask(choose_questions(k), why, why_size);
}

/* What the first viewpoint was told of a probe. */
static const struct verdict *told(const void *ctx, const char *probe)
{
	const struct asking *k = ctx;
	const struct verdicts *v = &k->verdicts;

	for (size_t i = 0; i < v->count; i++)
		if (v->questions[i].asker == &k->points.askers[0] &&
			!strcmp(v->questions[i].entry->name, probe))
			return &v->list[i];
	return NULL;
}

int asking_run(const struct asking_options *opt, const struct env *env, struct sink *sink,
	char *why, size_t why_size)
{
	struct asking k = { .opt = opt, .env = env };

	int r = choose(&k, why, why_size);
	if (r == 0) {
		r = ask_questions(&k, &k.verdicts, sink, asking_record, sink);
		if (r == 0 && opt->prove)
			r = prove(&k, sink);
		cannot_ask(r, why, why_size);
	}
	for (size_t i = 0; i < k.points.runtime_count && r == 0; i++)
		r = inside_ask(k.points.runtimes[i], opt, sink, told, &k, why, why_size);
	verdicts_free(&k.verdicts);
	return r;
}

int asking_verdicts(const struct asking_options *opt, const struct env *env,
	verdict_fn fn, void *ctx, char *why, size_t why_size)
{
	struct asking k = { .opt = opt, .env = env };

	int r = choose(&k, why, why_size);
	if (r == 0)
		r = cannot_ask(
			ask_questions(&k, &k.verdicts, NULL, fn, ctx), why, why_size);
	verdicts_free(&k.verdicts);
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
