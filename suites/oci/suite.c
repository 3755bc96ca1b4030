#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "arbiter.h"
#include "asking.h"
#include "batch.h"
#include "guard.h"
#include "judge.h"
#include "options.h"
#include "printable.h"
#include "suite.h"

#define DEADLINE_MS 10000

struct required {
	const char *name;
	struct verdict verdict;
};

/* What the reference makes of a case. */
struct precedent {
	bool known;
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
	struct runtime reference; /* found when it is first needed */
	struct precedent canary_precedent, *precedents; /* as many as cases */
};

/* One runtime's run. */
struct run {
	struct suite *suite;
	const struct runtime *runtime;
	const struct env *env;
	struct sink *sink;
};

/* A case on a runtime: its trial, and what is said of it. */
struct answer {
	struct kase *k;
	json_t *result; /* see struct batch */
	struct judged judged;
	const struct verdict *missing;   /* on a probe that it needs, or NULL */
	const char *missing_name;        /* of that probe */
	const struct verdict *reference; /* on the same case, or NULL: not asked */
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
	s->precedents = calloc(n + 1, sizeof(*s->precedents));
	s->unreadable = json_array();
	for (size_t i = 0; i < n; i++) {
		if (s->cases && s->precedents)
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
	s->base = fixtures_json(s->opt.fixtures, "base/config.json", why, why_size);
	if (!s->base)
		return -EINVAL;
	if (json_is_object(json_object_get(s->base, "linux")) &&
		json_is_array(json_object_get(s->base, "mounts")))
		return 0;
	snprintf(why, why_size,
		"fixtures/base/config.json:1: must be an object with an object \"linux\" and an "
		"array \"mounts\"");
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
	s->opt.deadline_ms = opt->deadline_ms ?: DEADLINE_MS;
	s->reference.image = -1;
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
	runtime_release(&s->reference);
	free(s->cases);
	free(s->precedents);
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

/* The verdict on an answer, by all that is known. */
static void record_answer(struct run *run, struct answer *a)
{
	struct verdict *v = &a->judged.verdict;

	if (v->outcome == OUTCOME_FAIL)
		ask_suspects(run, v);
	if (a->reference)
		arbitrate(v, a->reference, a->missing, a->missing_name);
	json_t *json = case_record(run, a->k, v);
	if (a->reference)
		json_object_set_new(json, "arbiter", arbiter_json(a->reference));
	if (a->judged.observed)
		json_object_set(json, "observed", a->judged.observed);
	const json_t *ms = json_object_get(a->result, "ms");
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

static bool kept(const struct answer *a)
{
	return a->judged.verdict.outcome == OUTCOME_PASS;
}

/* Runs the cases of `answers` on a runtime, and lets them be judged. */
static int answer_all(struct run *run, const struct runtime *runtime,
	struct answer *answers, size_t count, enum sabotage sabotage)
{
	struct suite *s = run->suite;
	_cleanup_free_ struct kase **cases = calloc(count + 1, sizeof(*cases));
	_cleanup_free_ json_t **results = calloc(count + 1, sizeof(*results));
	struct batch batch = { .runtime = runtime,
		.cases = cases,
		.results = results,
		.count = count,
		.sabotage = sabotage,
		.base = s->base,
		.workers = s->opt.workers,
		.deadline_ms = s->opt.deadline_ms,
		.sink = run->sink };

	if (!cases || !results)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		cases[i] = answers[i].k;
	int r = batch_run(&batch);
	for (size_t i = 0; i < count; i++) {
		struct answer *a = &answers[i];
		a->result = results[i];
		a->missing = missing(run, a->k, &a->missing_name);
		/* A runtime that does nothing at all ignores nothing in particular. */
		const json_t *sabotaged = a->k == &s->canary
			? NULL
			: json_object_get(a->result, "sabotaged");
		if (r == 0)
			a->judged = judge(a->k, json_object_get(a->result, "plain"),
				sabotaged, a->missing, a->missing_name);
	}
	return r;
}

static void answers_release(struct answer *answers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		json_decref(answers[i].result);
		json_decref(answers[i].judged.observed);
	}
}

/* --- the reference --- */

static struct precedent *precedent_of(struct suite *s, const struct kase *k)
{
	return k == &s->canary ? &s->canary_precedent : &s->precedents[k - s->cases];
}

/* Where it cannot even make a container, that says nothing of any runtime. */
static void learn(struct suite *s, const struct kase *k, const struct verdict *v)
{
	struct precedent *p = precedent_of(s, k);

	*p = (struct precedent) { true, *v };
	if (k != &s->canary || v->outcome != OUTCOME_FAIL)
		return;
	p->verdict.outcome = OUTCOME_ERROR;
	VERDICT_TEXT(p->verdict.detail, "it makes no container here: %.500s", v->detail);
}

/* What it makes of these is known then. */
static void ask_reference(struct run *run, struct answer *asked, size_t count)
{
	struct suite *s = run->suite;
	struct verdict v = { .outcome = OUTCOME_ERROR };
	int r = 0;

	if (!runtime_is_reference(&s->reference))
		r = runtime_find(
			RUNTIME_REFERENCE, &s->reference, v.detail, sizeof(v.detail));
	if (r == 0 &&
		(r = answer_all(run, &s->reference, asked, count, SABOTAGE_NEVER)) < 0)
		VERDICT_TEXT(v.detail, "%s", strerror(-r));
	for (size_t i = 0; i < count; i++)
		learn(s, asked[i].k, r < 0 ? &v : &asked[i].judged.verdict);
	answers_release(asked, count);
}

/* Does the reference run here at all? Asked once. */
static const struct verdict *reference_canary(struct run *run)
{
	struct suite *s = run->suite;
	struct answer canary = { .k = &s->canary };

	if (!s->canary_precedent.known)
		ask_reference(run, &canary, 1);
	return &s->canary_precedent.verdict;
}

static bool is_wanted(const struct run *run, const struct answer *a)
{
	bool trouble = json_object_get(json_object_get(a->result, "plain"), "error");

	return !run->suite->opt.no_arbiter && !runtime_is_reference(run->runtime) &&
		arbiter_wanted(&a->judged.verdict, trouble);
}

/* What this runtime did not keep is asked of the reference, unless that is known already. */
static int consult(struct run *run, struct answer *answers, size_t count)
{
	_cleanup_free_ struct answer *unknown = calloc(count + 1, sizeof(*unknown));
	size_t n = 0;

	if (!unknown)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct answer *a = &answers[i];
		if (!is_wanted(run, a))
			continue;
		const struct precedent *p = precedent_of(run->suite, a->k);
		const struct verdict *canary = reference_canary(run);
		a->reference = canary->outcome == OUTCOME_PASS ? &p->verdict : canary;
		if (a->reference == &p->verdict && !p->known)
			unknown[n++].k = a->k;
	}
	if (n)
		ask_reference(run, unknown, n);
	return 0;
}

/* True if the runtime can make and delete an empty container. */
static bool canary_lives(struct run *run, int *ret_err)
{
	struct answer canary = { .k = &run->suite->canary };

	*ret_err = answer_all(run, run->runtime, &canary, 1,
		run->suite->opt.prove ? SABOTAGE_ALL : SABOTAGE_NEVER);
	if (*ret_err < 0)
		return false;
	bool lives = kept(&canary);
	if (runtime_is_reference(run->runtime))
		learn(run->suite, canary.k, &canary.judged.verdict);
	if (is_wanted(run, &canary))
		canary.reference = reference_canary(run);
	record_answer(run, &canary);
	if (lives && run->suite->opt.prove)
		record_proof(run, canary.k, json_object_get(canary.result, "sabotaged"));
	answers_release(&canary, 1);
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
static size_t choose(struct run *run, struct answer *asked)
{
	const char *probe;
	size_t n = 0;

	for (size_t i = 0; i < run->suite->count; i++) {
		struct kase *k = &run->suite->cases[i];
		const struct verdict *v = missing(run, k, &probe);
		if (!v || k->otherwise_refuse)
			asked[n++].k = k;
		else
			record_not_asked(run, k, v, probe);
	}
	return n;
}

static void record_answers(struct run *run, struct answer *answers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct answer *a = &answers[i];
		bool passed = kept(a);
		if (runtime_is_reference(run->runtime))
			learn(run->suite, a->k, &a->judged.verdict);
		record_answer(run, a);
		if (run->suite->opt.prove && passed && !a->missing)
			record_proof(run, a->k, json_object_get(a->result, "sabotaged"));
	}
}

static int run_cases(struct run *run)
{
	struct suite *s = run->suite;
	_cleanup_free_ struct answer *answers = calloc(s->count + 1, sizeof(*answers));

	if (!answers)
		return -ENOMEM;
	size_t count = choose(run, answers);
	int r = answer_all(run, run->runtime, answers, count,
		s->opt.prove ? SABOTAGE_ALL : SABOTAGE_WRONG);
	if (r == 0)
		r = consult(run, answers, count);
	if (r == 0)
		record_answers(run, answers, count);
	answers_release(answers, count);
	return r;
}

int suite_run(struct suite *s, const struct runtime *runtime, const struct env *env,
	struct sink *sink, char *why, size_t why_size)
{
	struct run run = { .suite = s, .runtime = runtime, .env = env, .sink = sink };
	int r = guard_start();

	if (r == 0 && canary_lives(&run, &r)) {
		record_unreadable(&run);
		r = run_cases(&run);
	}
	if (r < 0)
		snprintf(why, why_size, "cannot run the cases: %s", strerror(-r));
	return r;
}
