#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asking.h"
#include "guard.h"
#include "judge.h"
#include "options.h"
#include "pool.h"
#include "printable.h"
#include "suite.h"

#define DEADLINE_MS 10000

struct required {
	const char *name;
	struct verdict verdict;
};

struct suite {
	struct suite_options opt;
	json_t *base;
	struct kase canary;
	struct kase *cases;
	size_t count;
	json_t *unreadable; /* {"name", "why"} of cases that cannot be read */
	struct required required[128];
	size_t required_count;
};

/* One runtime's run. */
struct run {
	struct suite *suite;
	const struct runtime *runtime;
	const struct env *env;
	struct sink *sink;
	struct kase *const *cases; /* those that are asked */
	json_t **results;          /* {"plain", "sabotaged", "ms"} or NULL */
	bool prove;
	size_t done, count;
};

/* Names of files may hold anything. */
static void add_unreadable(struct suite *s, const char *name, const char *why)
{
	_cleanup_free_ char *clean_name = printable(name, strlen(name));
	_cleanup_free_ char *clean_why = printable(why, strlen(why));

	json_array_append_new(s->unreadable,
		json_pack("{s:s, s:s}", "name", clean_name ? clean_name : "", "why",
			clean_why ? clean_why : ""));
}

static void load_case(struct suite *s, const char *path)
{
	_cleanup_free_ char *name = case_name(path);
	char why[1024];

	if (!name || !option_names(s->opt.names, s->opt.name_count, name))
		return;
	if (case_load(s->opt.fixtures, path, &s->cases[s->count], why, sizeof(why)) == 0)
		s->count++;
	else
		add_unreadable(s, name, why);
}

static int load_cases(struct suite *s, char *why, size_t why_size)
{
	char **paths = fixtures_list(s->opt.fixtures, "cases");
	size_t n = 0;

	while (paths && paths[n])
		n++;
	s->cases = calloc(n + 1, sizeof(*s->cases));
	s->unreadable = json_array();
	for (size_t i = 0; i < n; i++) {
		if (s->cases)
			load_case(s, paths[i]);
		free(paths[i]);
	}
	free(paths);
	if (s->count || json_array_size(s->unreadable))
		return 0;
	snprintf(why, why_size, "no case of that name in %s",
		*s->opt.fixtures->dir ? s->opt.fixtures->dir : "the embedded fixtures");
	return -ENOENT;
}

static int load_base(struct suite *s, char *why, size_t why_size)
{
	json_error_t err;
	size_t len;

	_cleanup_free_ char *text =
		fixtures_read(s->opt.fixtures, "base/config.json", &len);
	if (!text) {
		snprintf(why, why_size, "fixtures/base/config.json: %s", strerror(errno));
		return -EINVAL;
	}
	s->base = json_loadb(text, len, JSON_REJECT_DUPLICATES, &err);
	if (s->base && json_is_object(json_object_get(s->base, "linux")) &&
		json_is_array(json_object_get(s->base, "mounts")))
		return 0;
	snprintf(why, why_size, "fixtures/base/config.json:%d: %s",
		s->base ? 1 : err.line,
		s->base ? "must be an object with an object \"linux\" and an array \"mounts\""
			: err.text);
	return -EINVAL;
}

struct suite *suite_load(const struct suite_options *opt, char *why, size_t why_size)
{
	struct suite *s = calloc(1, sizeof(*s));

	if (!s) {
		snprintf(why, why_size, "out of memory");
		return NULL;
	}
	s->opt = *opt;
	if (load_base(s, why, why_size) < 0 ||
		case_load(opt->fixtures, "base/canary.json", &s->canary, why, why_size) <
			0 ||
		load_cases(s, why, why_size) < 0) {
		suite_free(s);
		return NULL;
	}
	return s;
}

void suite_free(struct suite *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->count; i++)
		case_free(&s->cases[i]);
	case_free(&s->canary);
	json_decref(s->base);
	json_decref(s->unreadable);
	free(s->cases);
	free(s);
}

/* The verdict on a probe, asked once. */
static const struct verdict *require(struct run *run, const char *name)
{
	struct suite *s = run->suite;
	struct verdict v = { .outcome = OUTCOME_ERROR };

	for (size_t i = 0; i < s->required_count; i++)
		if (!strcmp(s->required[i].name, name))
			return &s->required[i].verdict;
	asking_one(name, run->env, &v);
	if (s->required_count == ARRAY_SIZE(s->required))
		s->required_count--;
	struct required *r = &s->required[s->required_count++];
	*r = (struct required) { name, v };
	return &r->verdict;
}

/* The first required probe that does not pass; NULL if all do. */
static const struct verdict *missing(
	struct run *run, const struct kase *k, const char **ret_name)
{
	size_t i;
	json_t *name;

	*ret_name = NULL;
	json_array_foreach((json_t *)k->requires, i, name) {
		const struct verdict *v = require(run, json_string_value(name));
		if (v->outcome == OUTCOME_PASS)
			continue;
		*ret_name = json_string_value(name);
		return v;
	}
	return NULL;
}

/*
 * A runtime that refuses says why in its own words. Where they name what the host is seen to
 * be, the host's set-up is the cause; where they only speak of something that a probe found
 * missing, that is said, as unproven, and the runtime stays the one that refused.
 */
static void ask_suspects(struct run *run, struct verdict *v)
{
	static const struct {
		const char *word, *probe;
	} suspects[] = { { "cgroup", "cgroup/controllers" },
		{ "mount_setattr", "idmap/tmpfs" }, { "idmap", "idmap/tmpfs" },
		{ "user namespace", "ns/user" } };
	struct env_cgroup cg;

	if (v->kind != KIND_REFUSED)
		return;
	if (strcasestr(v->detail, "cgroup") && strcasestr(v->detail, "hybrid") &&
		env_cgroup(run->env, &cg) == 0 && cg.layout == CGROUP_HYBRID) {
		v->fault = FAULT_POLICY;
		VERDICT_TEXT(v->cause,
			"this host's cgroups are hybrid (v1 controllers beside the cgroup2 on %.200s), "
			"and this runtime refuses that",
			cg.mount);
		VERDICT_TEXT(v->remedy, "%s", require(run, "cgroup/controllers")->remedy);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(suspects); i++) {
		if (!strcasestr(v->detail, suspects[i].word))
			continue;
		const struct verdict *seen = require(run, suspects[i].probe);
		if (seen->outcome == OUTCOME_PASS)
			continue;
		VERDICT_TEXT(v->cause, "unproven: %s is %s here: %s", suspects[i].probe,
			outcome_name(seen->outcome),
			*seen->cause ? seen->cause : seen->detail);
		return;
	}
}

static json_t *case_record(struct run *run, const struct kase *k, const struct verdict *v)
{
	json_t *json = record_new(RECORD_CASE);

	record_set(json, "name", k->name);
	record_set(json, "id", json_string_value(json_object_get(k->json, "id")));
	record_set(json, "level", k->level);
	record_set(json, "about", k->obligation);
	record_set(json, "spec", k->spec);
	record_set(json, "since", json_string_value(json_object_get(k->json, "since")));
	record_set(json, "runtime", run->runtime->name);
	record_set(json, "runtime_version", run->runtime->version);
	record_set_verdict(json, v);
	record_set(json, "file", k->file);
	json_object_set_new(json, "line", json_integer(k->line));
	return json;
}

static void record_case(
	struct run *run, const struct kase *k, struct judged *j, const json_t *result)
{
	if (j->verdict.outcome == OUTCOME_FAIL)
		ask_suspects(run, &j->verdict);
	json_t *json = case_record(run, k, &j->verdict);
	if (j->observed)
		json_object_set_new(json, "observed", j->observed);
	const json_t *ms = json_object_get(result, "ms");
	if (ms)
		json_object_set(json, "ms", (json_t *)ms);
	sink_record(run->sink, json);
}

/* What a required probe says of a case that is therefore not asked. */
static void record_not_asked(
	struct run *run, const struct kase *k, const struct verdict *v, const char *probe)
{
	struct verdict not = *v;

	if (v->outcome == OUTCOME_FAIL)
		not .outcome = OUTCOME_ABSENT;
	not .kind = KIND_NONE;
	VERDICT_TEXT(not .detail, "not asked: it needs %s, which is %s here: %.400s",
		probe, outcome_name(v->outcome), v->detail);
	sink_record(run->sink, case_record(run, k, &not ));
}

/* Of the container, and of its cgroup. */
static void trial_id(size_t index, char *id, size_t size)
{
	snprintf(id, size, "%s.%zu", guard_name(), index);
}

/* In a child: the case as it is and, if that is asked for or has to be known, sabotaged. */
static json_t *run_case(struct run *run, size_t index)
{
	const struct kase *k = run->cases[index];
	char id[64];
	struct trial t = { .k = k,
		.runtime = run->runtime,
		.base = run->suite->base,
		.deadline_ms = run->suite->opt.deadline_ms ?: DEADLINE_MS,
		.id = id };

	trial_id(index, id, sizeof(id));
	double start = now_ms();
	json_t *plain = trial_run(&t), *sabotaged = NULL;
	double ms = (long)((now_ms() - start) * 1000) / 1000.0;

	struct judged j = judge(k, plain, NULL, NULL, NULL);
	json_decref(j.observed);
	if (run->prove ||
		(j.verdict.outcome == OUTCOME_FAIL && j.verdict.kind == KIND_WRONG &&
			case_disproof_in_config(k))) {
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
	struct run *run = ctx;
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
	run->results[index] = result;
	sink_progress(run->sink, ++run->done, run->count, run->cases[index]->name);
}

/*
 * Longer than the longest trial can take if its runtime lets every command run into its
 * deadline, so that what it did is said, and not that a trial was killed. A create takes a
 * command more, a collect a wait more; the same comes at the end; and all of it comes twice.
 */
static int longest(const struct run *run, struct kase *const *cases, size_t count)
{
	size_t steps = 4;

	for (size_t i = 0; i < count; i++)
		if (json_array_size(cases[i]->steps) > steps)
			steps = json_array_size(cases[i]->steps);
	double ms = 2.0 * (2 * steps + 4) * (run->suite->opt.deadline_ms ?: DEADLINE_MS) +
		10000;
	return ms < INT_MAX / 2 ? (int)ms : INT_MAX / 2;
}

static int run_cases(struct run *run, struct kase *const *cases, json_t **results,
	size_t count, bool prove)
{
	struct pool pool = { .workers = run->suite->opt.workers,
		.deadline_ms = longest(run, cases, count),
		.job = job,
		.done = done,
		.ctx = run };

	run->cases = cases;
	run->results = results;
	run->count = count;
	run->done = 0;
	run->prove = prove;
	return pool_run(&pool, count);
}

/* Under the disproof the same judge must say fail: anything else proves nothing. */
static void record_proof(struct run *run, const struct kase *k, const json_t *sabotaged)
{
	struct judged j = judge(k, sabotaged, NULL, NULL, NULL);
	json_t *json = record_new(RECORD_PROOF);
	char detail[800];

	record_set(json, "of", "case");
	record_set(json, "name", k->name);
	record_set(json, "runtime", run->runtime->name);
	record_set(json, "call", "without");
	record_set(json, "outcome",
		outcome_name(
			j.verdict.outcome == OUTCOME_FAIL ? OUTCOME_PASS : OUTCOME_FAIL));
	snprintf(detail, sizeof(detail), "the verdict was %s: %s",
		outcome_name(j.verdict.outcome), j.verdict.detail);
	record_set(json, "detail", detail);
	json_decref(j.observed);
	sink_record(run->sink, json);
}

/* True if the runtime can make and delete an empty container. */
static bool canary_lives(struct run *run, int *ret_err)
{
	struct kase *canary = &run->suite->canary;
	json_t *result = NULL;
	bool lives = false;

	*ret_err = run_cases(run, &canary, &result, 1, run->suite->opt.prove);
	if (result) {
		struct judged j =
			judge(canary, json_object_get(result, "plain"), NULL, NULL, NULL);
		lives = j.verdict.outcome == OUTCOME_PASS;
		record_case(run, canary, &j, result);
		if (lives && run->prove)
			record_proof(run, canary, json_object_get(result, "sabotaged"));
	}
	json_decref(result);
	return lives;
}

static void record_unreadable(struct run *run)
{
	size_t i;
	json_t *u;

	json_array_foreach(run->suite->unreadable, i, u) {
		struct verdict v = { .outcome = OUTCOME_ERROR, .fault = FAULT_FIXTURE };
		struct kase k = { .name = (char *)json_string_value(
					  json_object_get(u, "name")),
			.level = "must",
			.obligation = "(the case cannot be read)",
			.spec = "" };
		VERDICT_TEXT(
			v.detail, "%s", json_string_value(json_object_get(u, "why")));
		sink_record(run->sink, case_record(run, &k, &v));
	}
}

/* Which cases are asked here; the others are recorded with the reason. */
static size_t choose(struct run *run, struct kase **asked)
{
	const char *probe;
	size_t n = 0;

	for (size_t i = 0; i < run->suite->count; i++) {
		struct kase *k = &run->suite->cases[i];
		const struct verdict *v = missing(run, k, &probe);
		if (!v || k->otherwise_refuse)
			asked[n++] = k;
		else
			record_not_asked(run, k, v, probe);
	}
	return n;
}

static void record_results(
	struct run *run, struct kase *const *cases, json_t **results, size_t count)
{
	const char *probe;

	for (size_t i = 0; i < count; i++) {
		const json_t *sabotaged = json_object_get(results[i], "sabotaged");
		const struct verdict *v = missing(run, cases[i], &probe);
		struct judged j = judge(cases[i], json_object_get(results[i], "plain"),
			sabotaged, v, probe);
		bool passed = j.verdict.outcome == OUTCOME_PASS;
		record_case(run, cases[i], &j, results[i]);
		if (run->prove && passed && !v)
			record_proof(run, cases[i], sabotaged);
		json_decref(results[i]);
	}
}

int suite_run(struct suite *s, const struct runtime *runtime, const struct env *env,
	struct sink *sink, char *why, size_t why_size)
{
	struct run run = { .suite = s, .runtime = runtime, .env = env, .sink = sink };
	_cleanup_free_ struct kase **asked = calloc(s->count + 1, sizeof(*asked));
	_cleanup_free_ json_t **results = calloc(s->count + 1, sizeof(*results));
	int r = guard_start();

	if (!asked || !results)
		r = -ENOMEM;
	if (r == 0 && canary_lives(&run, &r)) {
		record_unreadable(&run);
		size_t count = choose(&run, asked);
		r = run_cases(&run, asked, results, count, s->opt.prove);
		if (r == 0)
			record_results(&run, asked, results, count);
	}
	if (r < 0)
		snprintf(why, why_size, "cannot run the cases: %s", strerror(-r));
	return r;
}
