/* The newer side of a comparison: its records as they come, and what they do not have. */
#include <errno.h>
#include <string.h>

#include "compare_sides.h"

/* Of askers and of runtimes, told in an env: more than who asks in earnest has. */
#define NAMES_MOST 16

/* --- what NEW has --- */

static int keep_here(struct compare *c, const struct record *env)
{
	record_release(&c->here.env);
	c->here = (struct here) { .env = record_ref(env), .place = NOWHERE };
	const char *runtime = env_text(env, "boot", "runtime");
	if (!set_with(c->new[KERNEL], kernel_name(env)) ||
		!set_with(c->new[VARIATION], env_text(env, "boot", "variation")) ||
		(*runtime && !set_with(c->new[RUNTIME], runtime)))
		return -ENOMEM;
	return 0;
}

static int keep_values(struct compare *c, const struct record *rec)
{
	const char *runtime = check_runtime(rec, &c->here.env);

	if ((*runtime && !set_with(c->new[RUNTIME], runtime)) ||
		(*rec->asker && !set_with(c->new[ASKER], rec->asker)))
		return -ENOMEM;
	if (rec->type == RECORD_CASE && *rec->runtime &&
		!set_put(c->new_runtimes, rec->runtime,
			record_text(rec, "runtime_version")))
		return -ENOMEM;
	return 0;
}

/* Of NEW, as NEW calls it. */
static char *here_key(const struct here *here)
{
	return place_key(kernel_name(&here->env),
		env_text(&here->env, "boot", "variation"),
		env_text(&here->env, "boot", "runtime"));
}

static int count_run(struct compare *c, int more)
{
	_cleanup_free_ char *key = here_key(&c->here);
	if (!key)
		return -ENOMEM;
	json_int_t n = json_integer_value(json_object_get(c->runs_left, key));
	return json_object_set_new(c->runs_left, key, json_integer(n + more)) < 0
		? -ENOMEM
		: 0;
}

int compare_expect(void *ctx, const struct record *rec)
{
	struct compare *c = ctx;
	int r;

	if (rec->change == CHANGE_GONE || rec->type == RECORD_END)
		return 0;
	if (rec->type != RECORD_ENV)
		return keep_values(c, rec);
	r = keep_here(c, rec);
	return r < 0 ? r : count_run(c, 1);
}

/* --- the run at hand --- */

static int meet(json_t *set, const char *text)
{
	return text && !set_with(set, text) ? -ENOMEM : 0;
}

/*
 * A guest is booted for one runtime; on a host one run may have them all. So it may do that only
 * kernel and variation are the same.
 */
static int find_place(const struct compare *c, struct here *here)
{
	_cleanup_free_ char *key = place_key(
		here->kernel, here->variation, here->runtime ? here->runtime : "");

	if (!key)
		return -ENOMEM;
	here->place = index_at(c->place_at, key);
	for (size_t i = 0; i < c->place_count && here->place == NOWHERE; i++) {
		const char *runtime = env_text(&c->places[i].env, "boot", "runtime");
		if (c->places[i].kernel == here->kernel &&
			c->places[i].variation == here->variation &&
			(!*runtime || !*env_text(&here->env, "boot", "runtime")))
			here->place = i;
	}
	return 0;
}

/* In the words of OLD, as far as it has them. */
static int open_here(struct compare *c, const struct record *env)
{
	int r = keep_here(c, env);
	struct here *here = &c->here;

	if (r < 0)
		return r;
	here->kernel = kernel_counterpart(c, env);
	here->variation = counterpart(c, VARIATION, env_text(env, "boot", "variation"));
	here->runtime = counterpart(c, RUNTIME, env_text(env, "boot", "runtime"));
	if (here->kernel && here->variation && (r = find_place(c, here)) < 0)
		return r;
	if (here->place != NOWHERE)
		c->places[here->place].met = true;
	return meet(c->verbs, record_text(env, "verb"));
}

/* The same check of OLD; NULL: it has none. -ENOMEM. */
static int find_check(struct compare *c, const struct record *rec, struct check **ret)
{
	int r = keep_values(c, rec);
	const char *runtime = counterpart(c, RUNTIME, check_runtime(rec, &c->here.env));
	const char *asker = counterpart(c, ASKER, rec->asker);

	*ret = NULL;
	if (r < 0 || (r = meet(c->met[RUNTIME], runtime)) < 0 ||
		(r = meet(c->met[ASKER], asker)) < 0 ||
		(r = meet(c->subjects, rec->subject)) < 0)
		return r;
	if (!runtime || !asker || !c->here.kernel || !c->here.variation)
		return 0;
	_cleanup_free_ char *key = check_key(rec, &c->here, runtime, asker);
	if (!key)
		return -ENOMEM;
	size_t at = index_at(c->check_at, key);
	if (at == NOWHERE)
		return 0;
	*ret = &c->checks[at];
	(*ret)->met = true;
	c->common++;
	return 0;
}

int compare_find(void *ctx, const struct record *rec)
{
	struct check *check;

	if (rec->change == CHANGE_GONE || rec->type == RECORD_END)
		return 0;
	return rec->type == RECORD_ENV ? open_here(ctx, rec)
				       : find_check(ctx, rec, &check);
}

/* --- records that say what changed --- */

/* Gives a copy of our own, which is done with then. */
static int give(struct compare *c, json_t *json, record_fn fn, void *ctx)
{
	struct record rec;
	int r = decode_copy(json, &rec);

	if (r < 0)
		return r;
	c->given++;
	r = fn(ctx, &rec);
	record_release(&rec);
	return r;
}

static json_t *was_of(const struct record *old)
{
	static const char *const keys[] = { "outcome", "kind", "fault", "stage", "errno",
		"detail", "layer", "cause", "remedy" };
	json_t *was = json_object();

	for (size_t i = 0; was && i < ARRAY_SIZE(keys); i++) {
		json_t *value = json_object_get(old->json, keys[i]);
		if (value)
			json_object_set(was, keys[i], value);
	}
	return was;
}

/* A copy of `json` with its change. `was`: of OLD, or NULL. */
static json_t *with_change(json_t *json, enum change is, const struct record *was)
{
	json_t *copy = json_copy(json);
	json_t *change = json_pack("{s:s}", "is", change_name(is));

	if (was && change && json_object_set_new(change, "was", was_of(was)) < 0) {
		json_decref(change);
		change = NULL;
	}
	if (!copy || !change || json_object_set(copy, "change", change) < 0) {
		json_decref(copy);
		copy = NULL;
	}
	json_decref(change);
	return copy;
}

static int give_change(struct compare *c, json_t *json, enum change is,
	const struct record *was, record_fn fn, void *ctx)
{
	c->counts[is]++;
	if (is == CHANGE_SAME && !c->opt.all && !c->opt.baseline) {
		c->same++;
		return 0;
	}
	return give(c, with_change(json, is, was), fn, ctx);
}

static int give_check(
	struct compare *c, const struct record *rec, record_fn fn, void *ctx)
{
	struct check *check;
	int r = find_check(c, rec, &check);

	if (r < 0)
		return r;
	return give_change(c, rec->json,
		check ? compare_verdicts(&check->rec, rec) : CHANGE_NEW,
		check ? &check->rec : NULL, fn, ctx);
}

/* "runc 1.1.5, crun 1.8.1" */
static char *runtimes_text(json_t *runtimes)
{
	const char *before = "", *name;
	char *text = NULL;
	size_t size, count = 0;
	json_t *version;

	FILE *f = open_memstream(&text, &size);
	if (!f)
		return NULL;
	json_object_foreach(runtimes, name, version) {
		if (count++ == NAMES_MOST)
			break;
		const char *said = json_string_value(version);
		bool named = !strncmp(said, name, strlen(name));
		fprintf(f, "%s%s%s%s", before, named ? "" : name,
			named || !*said ? "" : " ", said);
		before = ", ";
	}
	fclose(f);
	return text;
}

static void append_askers(json_t *to, json_t *askers)
{
	const char *asker;
	size_t count = 0;
	json_t *value;

	json_object_foreach(askers, asker, value)
		if (count++ < NAMES_MOST)
			record_append(to, "askers", asker);
}

/* What is known of the run of OLD. */
static void tell_place(json_t *to, const struct place *place)
{
	_cleanup_free_ char *runtimes = runtimes_text(place->runtimes);
	const struct record *env = &place->env;

	record_set(to, "release", env_text(env, "kernel", "release"));
	record_set(to, "label", env_text(env, "boot", "label"));
	record_set(to, "variation", env_text(env, "boot", "variation"));
	record_set(to, "runtime",
		runtimes && *runtimes ? runtimes : env_text(env, "boot", "runtime"));
	record_set(to, "time", record_text(env, "time"));
	record_set(to, "plimsoll", record_text(env, "plimsoll"));
	append_askers(to, place->askers);
}

/* Those of NEW; of a run in a guest the one it was booted for. */
static char *now_runtimes(const struct compare *c, const struct record *env)
{
	const char *name = env_text(env, "boot", "runtime");
	const char *version = json_string_value(json_object_get(c->new_runtimes, name));

	if (!*name)
		return runtimes_text(c->new_runtimes);
	json_auto_t *one = json_pack("{s:s}", name, version ? version : "");
	return one ? runtimes_text(one) : NULL;
}

/* Of NEW, whose records are not all given: if it was read before. */
static void tell_now(const struct compare *c, const struct record *env, json_t *to)
{
	_cleanup_free_ char *runtimes = now_runtimes(c, env);
	json_t *now = json_object();

	record_set(now, "runtime", runtimes);
	append_askers(now, c->new[ASKER]);
	if (json_object_size(now))
		json_object_set(to, "now", now);
	json_decref(now);
}

static int give_env(struct compare *c, const struct record *env, record_fn fn, void *ctx)
{
	json_t *copy = json_copy(env->json), *with = json_object();

	if (!copy || !with || json_object_set_new(copy, "compared_with", with) < 0) {
		json_decref(copy);
		return -ENOMEM;
	}
	record_set(with, "file", c->opt.file);
	if (c->opt.baseline)
		json_object_set_new(with, "baseline", json_true());
	if (c->here.place != NOWHERE)
		tell_place(with, &c->places[c->here.place]);
	tell_now(c, env, with);
	return give(c, copy, fn, ctx);
}

static int give_end(struct compare *c, const struct record *end, record_fn fn, void *ctx)
{
	json_t *copy = json_copy(end->json);

	if (!copy)
		return -ENOMEM;
	json_object_set_new(copy, "records", json_integer(c->given));
	json_object_del(copy, "same");
	if (c->same)
		json_object_set_new(copy, "same", json_integer(c->same));
	return give(c, copy, fn, ctx);
}

/* --- what is gone --- */

/* Of a baseline: was it asked for at all? */
static bool was_asked(const struct compare *c, const struct check *check)
{
	if (!c->opt.baseline)
		return true;
	return !c->opt.some && set_find(c->verbs, check->verb) &&
		(!*check->runtime || set_find(c->met[RUNTIME], check->runtime)) &&
		(!*check->asker || set_find(c->met[ASKER], check->asker)) &&
		(!*check->rec.subject || set_find(c->subjects, check->rec.subject));
}

static int give_gone(struct compare *c, size_t place, record_fn fn, void *ctx)
{
	int r = 0;

	for (size_t i = c->places[place].first; i != NOWHERE && r == 0;) {
		struct check *check = &c->checks[i];
		i = check->next;
		if (check->met || check->told || !was_asked(c, check))
			continue;
		check->told = true;
		r = give_change(c, check->rec.json, CHANGE_GONE, &check->rec, fn, ctx);
	}
	return r;
}

/* Does another run of NEW follow on this kernel, in this variation, for this runtime? */
static int is_last(struct compare *c)
{
	_cleanup_free_ char *key = here_key(&c->here);
	int r = count_run(c, -1);

	if (!key || r < 0)
		return -ENOMEM;
	return json_integer_value(json_object_get(c->runs_left, key)) <= 0;
}

static int close_here(
	struct compare *c, const struct record *end, record_fn fn, void *ctx)
{
	int r = is_last(c);

	if (r > 0 && c->here.place != NOWHERE)
		r = give_gone(c, c->here.place, fn, ctx);
	return r < 0 ? r : give_end(c, end, fn, ctx);
}

int compare_record(struct compare *c, const struct record *rec, record_fn fn, void *ctx)
{
	int r;

	if (rec->change == CHANGE_GONE)
		return 0;
	if (rec->type == RECORD_END)
		return close_here(c, rec, fn, ctx);
	if (rec->type != RECORD_ENV)
		return give_check(c, rec, fn, ctx);
	c->given = c->same = 0;
	r = open_here(c, rec);
	return r < 0 ? r : give_env(c, rec, fn, ctx);
}

static bool is_gone_place(const struct compare *c, const struct place *place)
{
	if (place->met)
		return false;
	for (size_t i = place->first; i != NOWHERE; i = c->checks[i].next)
		if (!c->checks[i].met)
			return true;
	return false;
}

static int give_gone_run(struct compare *c, size_t place, record_fn fn, void *ctx)
{
	int r;

	c->given = c->same = 0;
	r = give(c, with_change(c->places[place].env.json, CHANGE_GONE, NULL), fn, ctx);
	if (r == 0)
		r = give_gone(c, place, fn, ctx);
	if (r == 0)
		r = give(c,
			json_pack("{s:s, s:I, s:i}", "type", "end", "records",
				(json_int_t)c->given, "exit", 0),
			fn, ctx);
	return r;
}

int compare_finish(struct compare *c, record_fn fn, void *ctx)
{
	int r = 0;

	for (size_t i = 0; i < c->place_count && r == 0 && !c->opt.baseline; i++)
		if (is_gone_place(c, &c->places[i]))
			r = give_gone_run(c, i, fn, ctx);
	return r;
}
