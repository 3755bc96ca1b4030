#include <errno.h>
#include <string.h>

#include "compare_sides.h"
#include "page.h"

/* --- sets --- */

/* The member of a set, or of a map to texts; NULL if there is none. */
const char *set_find(const json_t *set, const char *key)
{
	return json_string_value(json_object_get(set, key));
}

const char *set_put(json_t *map, const char *key, const char *value)
{
	if (json_object_set_new(map, key, json_string(value)) < 0)
		return NULL;
	return set_find(map, key);
}

const char *set_with(json_t *set, const char *text)
{
	const char *there = set_find(set, text);

	return there ? there : set_put(set, text, text);
}

size_t index_at(const json_t *map, const char *key)
{
	const json_t *value = json_object_get(map, key);

	return value ? (size_t)json_integer_value(value) : NOWHERE;
}

/* The only member of a set; NULL unless it is the only one. */
static const char *only(json_t *set)
{
	return json_object_size(set) == 1 ? json_object_iter_key(json_object_iter(set))
					  : NULL;
}

static json_t **set_at(struct compare *c, size_t i)
{
	json_t **const sets[] = { &c->labels, &c->plain, &c->releases, &c->verbs,
		&c->subjects, &c->old_verbs, &c->new_runtimes, &c->check_at, &c->place_at,
		&c->runs_left };

	if (i < ARRAY_SIZE(sets))
		return sets[i];
	i -= ARRAY_SIZE(sets);
	if (i >= (size_t)3 * DIMENSION_COUNT)
		return NULL;
	return i % 3 == 0 ? &c->old[i / 3] : i % 3 == 1 ? &c->new[i / 3] : &c->met[i / 3];
}

struct compare *compare_new(const struct compare_options *opt)
{
	struct compare *c = calloc(1, sizeof(*c));

	for (size_t i = 0; c && set_at(c, i); i++) {
		if ((*set_at(c, i) = json_object()))
			continue;
		compare_free(c);
		return NULL;
	}
	if (c)
		c->opt = *opt;
	return c;
}

void compare_free(struct compare *c)
{
	if (!c)
		return;
	for (size_t i = 0; set_at(c, i); i++)
		json_decref(*set_at(c, i));
	for (size_t i = 0; i < c->check_count; i++)
		record_release(&c->checks[i].rec);
	for (size_t i = 0; i < c->place_count; i++) {
		record_release(&c->places[i].env);
		json_decref(c->places[i].askers);
		json_decref(c->places[i].runtimes);
	}
	record_release(&c->here.env);
	free(c->checks);
	free(c->places);
	free(c);
}

/* --- what is called how --- */

const char *kernel_name(const struct record *env)
{
	const char *label = env_text(env, "boot", "label");

	return *label ? label : env_text(env, "kernel", "release");
}

static bool is_several(const struct compare *c, enum dimension d)
{
	return (d == KERNEL && c->opt.several_kernels) ||
		(d == RUNTIME && c->opt.several_runtimes);
}

/* Where both sides have a single value: OLD's. */
static const char *single(const struct compare *c, enum dimension d)
{
	return !is_several(c, d) && only(c->new[d]) ? only(c->old[d]) : NULL;
}

/* What OLD calls what NEW calls `value`; NULL: it has no such. */
const char *counterpart(const struct compare *c, enum dimension d, const char *value)
{
	const char *same = set_find(c->old[d], value);

	if (!same && !*value && (d == RUNTIME || d == ASKER))
		return "";
	return same ? same : single(c, d);
}

const char *kernel_counterpart(const struct compare *c, const struct record *env)
{
	const char *label = env_text(env, "boot", "label");
	const char *release = env_text(env, "kernel", "release");
	const char *same =
		*label ? set_find(c->labels, label) : set_find(c->releases, release);

	if (!same && *label)
		same = set_find(c->plain, release);
	return same ? same : single(c, KERNEL);
}

/* Whose it is: a guest was booted for a runtime. */
const char *check_runtime(const struct record *rec, const struct record *env)
{
	return rec->type == RECORD_BOOT ? env_text(env, "boot", "runtime") : rec->runtime;
}

/* Texts of one kind as one text: whatever is in them, others make another. */
static char *joined(const char *const *texts, size_t count)
{
	json_auto_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		if (json_array_append_new(list, json_string(texts[i])) < 0)
			return NULL;
	return json_dumps(list, JSON_COMPACT);
}

char *place_key(const char *kernel, const char *variation, const char *runtime)
{
	const char *const texts[] = { kernel, variation, runtime };

	return joined(texts, ARRAY_SIZE(texts));
}

char *check_key(const struct record *rec, const struct here *here, const char *runtime,
	const char *asker)
{
	/* A boot is called by its kernel, which is a dimension. */
	const char *const texts[] = { record_text(rec, "type"),
		rec->type == RECORD_BOOT ? "" : rec->name, rec->subject,
		record_text(rec, "of"), record_text(rec, "call"),
		record_text(rec, "answer"), runtime, asker, here->kernel,
		here->variation };

	return joined(texts, ARRAY_SIZE(texts));
}

/* --- OLD --- */

/* Makes room for one more of `count` things. */
static void *room(void *things, size_t count, size_t size)
{
	if (count & (count - 1))
		return things;
	return reallocarray(things, count ? 2 * count : 1, size);
}

int decode_copy(json_t *json, struct record *ret)
{
	char why[160];

	if (!json)
		return -ENOMEM;
	return record_decode(json, ret, why, sizeof(why));
}

static int new_place(struct compare *c, const char *key)
{
	struct place *list = room(c->places, c->place_count, sizeof(*list));

	if (!list)
		return -ENOMEM;
	c->places = list;
	list[c->place_count] = (struct place) { .kernel = c->here.kernel,
		.variation = c->here.variation,
		.askers = json_object(),
		.runtimes = json_object(),
		.first = NOWHERE,
		.last = NOWHERE };
	c->here.place = c->place_count++;
	return json_object_set_new(c->place_at, key, json_integer(c->here.place));
}

static int keep_kernel(struct compare *c, const struct record *env)
{
	const char *label = env_text(env, "boot", "label");
	const char *release = env_text(env, "kernel", "release");
	const char *name = kernel_name(env);

	c->here.kernel = set_with(c->old[KERNEL], name);
	c->here.variation =
		set_with(c->old[VARIATION], env_text(env, "boot", "variation"));
	c->here.runtime = env_text(&c->here.env, "boot", "runtime");
	if (*c->here.runtime)
		c->here.runtime = set_with(c->old[RUNTIME], c->here.runtime);
	c->here.verb = set_with(c->old_verbs, record_text(env, "verb"));
	if (!c->here.kernel || !c->here.variation || !c->here.runtime || !c->here.verb ||
		!set_put(c->releases, release, name) ||
		!set_put(*label ? c->labels : c->plain, *label ? label : release, name))
		return -ENOMEM;
	return 0;
}

static int keep_env(struct place *place, const struct record *env)
{
	json_t *time = json_object_get(env->json, "time");

	record_release(&place->env);
	int r = decode_copy(record_lasting(env), &place->env);
	if (r == 0 && time && json_object_set(place->env.json, "time", time) < 0)
		r = -ENOMEM;
	return r;
}

static int open_old(struct compare *c, const struct record *env)
{
	record_release(&c->here.env);
	c->here = (struct here) { .env = record_ref(env) };
	int r = keep_kernel(c, env);
	if (r < 0)
		return r;
	_cleanup_free_ char *key =
		place_key(c->here.kernel, c->here.variation, c->here.runtime);
	if (!key)
		return -ENOMEM;
	c->here.place = index_at(c->place_at, key);
	if (c->here.place == NOWHERE && (r = new_place(c, key)) < 0)
		return r;
	return keep_env(&c->places[c->here.place], env);
}

/* The last of its kind counts, in the place of the first. */
static int keep_check(struct compare *c, struct check *check, const char *key)
{
	size_t at = index_at(c->check_at, key);
	struct place *place = &c->places[c->here.place];

	if (at != NOWHERE) {
		check->next = c->checks[at].next;
		record_release(&c->checks[at].rec);
		c->checks[at] = *check;
		return 0;
	}
	struct check *list = room(c->checks, c->check_count, sizeof(*list));
	if (!list)
		return -ENOMEM;
	c->checks = list;
	if (json_object_set_new(c->check_at, key, json_integer(c->check_count)) < 0)
		return -ENOMEM;
	list[c->check_count] = *check;
	if (place->first == NOWHERE)
		place->first = c->check_count;
	else
		list[place->last].next = c->check_count;
	place->last = c->check_count++;
	return 0;
}

/* Who asked, and of which runtime in which version: told in the header. */
static int note_who(struct compare *c, const struct record *rec)
{
	struct place *place = &c->places[c->here.place];

	if (*rec->asker && !set_with(place->askers, rec->asker))
		return -ENOMEM;
	if (*rec->runtime && rec->type == RECORD_CASE &&
		!set_put(place->runtimes, rec->runtime,
			record_text(rec, "runtime_version")))
		return -ENOMEM;
	return 0;
}

static int old_check(struct compare *c, const struct record *rec)
{
	const char *runtime = check_runtime(rec, &c->here.env);
	struct check check = { .next = NOWHERE,
		.runtime = *runtime ? set_with(c->old[RUNTIME], runtime) : "",
		.asker = *rec->asker ? set_with(c->old[ASKER], rec->asker) : "",
		.verb = c->here.verb };

	if (!check.runtime || !check.asker)
		return -ENOMEM;
	_cleanup_free_ char *key = check_key(rec, &c->here, check.runtime, check.asker);
	if (!key || note_who(c, rec) < 0)
		return -ENOMEM;
	int r = decode_copy(record_lasting(rec), &check.rec);
	if (r < 0)
		return r;
	r = keep_check(c, &check, key);
	if (r < 0)
		record_release(&check.rec);
	return r;
}

int compare_old(void *ctx, const struct record *rec)
{
	struct compare *c = ctx;

	if (rec->change == CHANGE_GONE || rec->type == RECORD_END)
		return 0;
	return rec->type == RECORD_ENV ? open_old(c, rec) : old_check(c, rec);
}

/* --- counts --- */

size_t compare_count(const struct compare *c, enum change change)
{
	return c->counts[change];
}

size_t compare_common(const struct compare *c)
{
	return c->common;
}

size_t compare_unasked(const struct compare *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->check_count; i++)
		n += !c->checks[i].met && !c->checks[i].told;
	return n;
}

char *compare_names(const struct compare *c, bool old)
{
	static const char *const words[DIMENSION_COUNT] = { "kernel", "variation",
		"runtime", "asker" };
	char *text = NULL;
	const char *before = "", *name;
	size_t size;
	json_t *value;

	FILE *f = open_memstream(&text, &size);
	if (!f)
		return NULL;
	for (int d = 0; d < DIMENSION_COUNT; d++) {
		const char *word = words[d];
		json_object_foreach(old ? c->old[d] : c->new[d], name, value) {
			if (!*name)
				continue;
			fprintf(f, "%s%s%s%s", word ? before : ", ", word ? word : "",
				word ? " " : "", name);
			before = "; ";
			word = NULL;
		}
	}
	fclose(f);
	char *line = page_line(text, 0);
	free(text);
	return line;
}
