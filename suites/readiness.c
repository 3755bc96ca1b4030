#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "autoload.h"
#include "readiness.h"

#define PATHS_MOST                                                        \
	(READINESS_PATHS_MOST > PROFILE_PATHS_MOST ? READINESS_PATHS_MOST \
						   : PROFILE_PATHS_MOST)
#define NAMES_SIZE 400

static const struct who *who_of(const struct readiness *k, const struct profile *p)
{
	return p->root ? &k->self : &k->user;
}

/* --- which directories are asked about --- */

static struct place *find_place(const struct readiness *k, const char *path)
{
	for (size_t i = 0; i < k->place_count; i++)
		if (!strcmp(k->places[i].path, path))
			return &k->places[i];
	return NULL;
}

static char *expand(const struct who *who, const char *path)
{
	char *full;

	if (*path != '~')
		return strdup(path);
	return asprintf(&full, "%s%s", who->home, path + 1) < 0 ? NULL : full;
}

static int add_place(struct readiness *k, char *path)
{
	struct place *places;

	if (!path)
		return -ENOMEM;
	if (find_place(k, path)) {
		free(path);
		return 0;
	}
	places = reallocarray(k->places, k->place_count + 1, sizeof(*places));
	if (!places) {
		free(path);
		return -ENOMEM;
	}
	k->places = places;
	places[k->place_count++] = (struct place) { .path = path };
	return 0;
}

static bool asks_about_place(const struct profile_need *need)
{
	for (size_t i = 0; i < need->any_count; i++)
		if (need->any[i]->probe->needs & PROBE_NEEDS_PATH)
			return true;
	return false;
}

static int add_places(struct readiness *k)
{
	int r = 0;
	size_t i;
	const json_t *path;

	for (size_t a = 0; a < k->path_count && r == 0; a++)
		r = add_place(k, strdup(k->paths[a]));
	for (size_t p = 0; p < k->profile_count && !k->path_count; p++) {
		const struct profile *profile = &k->profiles[p];
		for (size_t n = 0; n < profile->need_count; n++) {
			if (!asks_about_place(&profile->needs[n]))
				continue;
			json_array_foreach(profile->needs[n].paths, i, path)
				if (r == 0)
					r = add_place(k,
						expand(who_of(k, profile),
							json_string_value(path)));
		}
	}
	return r;
}

int readiness_look(struct readiness *k, char *why, size_t why_size)
{
	int r = add_places(k);

	if (r == 0)
		r = places_look(k->places, k->place_count, k->total_ms / 2 + 1);
	if (r < 0)
		snprintf(why, why_size, "cannot ask: %s", strerror(-r));
	for (size_t i = 0; r == 0 && i < k->path_count; i++) {
		const struct place *place = find_place(k, k->paths[i]);
		if (!place->err)
			continue;
		r = place->err == ETIMEDOUT ? -ETIMEDOUT : -EINVAL;
		snprintf(why, why_size, "--path %s: %s", place->path,
			r == -EINVAL ? strerror(place->err)
				     : "no answer in time: is a server gone?");
	}
	return r;
}

/* What cannot be looked at in time is asked about nevertheless: that is an answer, too. */
static bool is_askable(const struct place *place)
{
	return !place->err || place->err == ETIMEDOUT;
}

/* The directories that this need is about: those that are there, else the nearest. */
static size_t paths_of(const struct readiness *k, const struct profile *p,
	const struct profile_need *need, const char *paths[PATHS_MOST])
{
	const struct place *first = NULL;
	const json_t *path;
	size_t count = 0, i;

	for (; count < k->path_count; count++)
		paths[count] = k->paths[count];
	if (count)
		return count;
	json_array_foreach(need->paths, i, path) {
		_cleanup_free_ char *full = expand(who_of(k, p), json_string_value(path));
		const struct place *place = full ? find_place(k, full) : NULL;
		if (!first)
			first = place;
		if (place && is_askable(place))
			paths[count++] = place->path;
	}
	if (!count)
		paths[count++] = first && first->nearest ? first->nearest : "/";
	return count;
}

/* --- the questions --- */

/* Those that one of the need's probes comes to; how many, or -ENOMEM. */
static ssize_t questions_of(struct readiness *k, const struct profile *p,
	const struct profile_need *need, const struct probe_entry *entry,
	size_t indexes[PATHS_MOST])
{
	const char *paths[PATHS_MOST] = { NULL };
	size_t count = 1;

	if (entry->probe->needs & PROBE_NEEDS_PATH)
		count = paths_of(k, p, need, paths);
	for (size_t i = 0; i < count; i++) {
		const struct question q = {
			.entry = entry, .asker = &who_of(k, p)->asker, .path = paths[i]
		};
		if (verdicts_want(&k->verdicts, &q, &indexes[i]) < 0)
			return -ENOMEM;
	}
	return count;
}

int readiness_want(struct readiness *k)
{
	size_t indexes[PATHS_MOST];

	for (size_t i = 0; i < k->profile_count; i++) {
		const struct profile *p = &k->profiles[i];
		for (size_t n = 0; n < p->need_count; n++) {
			const struct profile_need *need = &p->needs[n];
			if (need->where &&
				questions_of(k, p, need, need->where, indexes) < 0)
				return -ENOMEM;
			for (size_t a = 0; a < need->any_count; a++)
				if (questions_of(k, p, need, need->any[a], indexes) < 0)
					return -ENOMEM;
		}
	}
	return 0;
}

/* --- what the answers come to --- */

/* What one profile comes to: [0] recommended, [1] required. */
struct sum {
	size_t met[2], all[2];
	bool refused, unknown; /* of what is required */
	bool loads;   /* so is what a module is at hand for, which was not asked */
	bool unasked; /* something was an error */
	json_t *misses;
	char names[NAMES_SIZE]; /* of the misses that decide */
};

/* Its module is there and is loaded when it is first used: not shown, and nothing is missing. */
static bool is_loadable(const struct readiness *k, size_t index)
{
	return !strcmp(k->verdicts.list[index].stage, AUTOLOAD_STAGE);
}

/* An answer that is a no outweighs one that is not known, and that one a pass. */
static int weight(enum outcome o)
{
	return o == OUTCOME_PASS ? 0 : o == OUTCOME_ERROR ? 1 : 2;
}

/* Of what would do instead, the one that is shown: what can be changed comes first. */
static int hope(enum outcome o)
{
	static const int hopes[OUTCOME_COUNT] = {
		[OUTCOME_PASS] = 4,
		[OUTCOME_ERROR] = 3,
		[OUTCOME_DENIED] = 2,
		[OUTCOME_FAIL] = 1,
		[OUTCOME_ABSENT] = 0,
	};

	return hopes[o];
}

static enum outcome outcome_at(const struct readiness *k, size_t index)
{
	return k->verdicts.list[index].outcome;
}

static int weight_at(const struct readiness *k, size_t index)
{
	return is_loadable(k, index) ? weight(OUTCOME_ERROR)
				     : weight(outcome_at(k, index));
}

static int hope_at(const struct readiness *k, size_t index)
{
	return is_loadable(k, index) ? hope(OUTCOME_ERROR) : hope(outcome_at(k, index));
}

/* One probe, of all its directories: the answer that decides. */
static size_t decisive(const struct readiness *k, const size_t *indexes, size_t count)
{
	size_t found = indexes[0];

	for (size_t i = 1; i < count; i++)
		if (weight_at(k, indexes[i]) > weight_at(k, found))
			found = indexes[i];
	return found;
}

static void add_name(struct sum *sum, const char *name)
{
	size_t len = strlen(sum->names);

	snprintf(sum->names + len, sizeof(sum->names) - len, "%s%s", len ? ", " : "",
		name);
}

static void add_miss(const struct readiness *k, const struct profile_need *need,
	size_t index, struct sum *sum)
{
	const struct question *q = &k->verdicts.questions[index];
	enum outcome outcome = outcome_at(k, index);
	json_t *miss = json_object();

	record_set(miss, "probe", q->entry->name);
	for (size_t i = 0; need->any_count > 1 && i < need->any_count; i++)
		record_append(miss, "any", need->any[i]->name);
	record_set(miss, "subject", q->path);
	record_set(miss, "level", need->required ? "required" : "recommended");
	record_set(miss, "outcome", outcome_name(outcome));
	if (is_loadable(k, index))
		json_object_set_new(miss, "loads", json_true());
	record_set(miss, "reason", need->reason);
	record_set(miss, "source", need->source);
	json_array_append_new(sum->misses, miss);
	sum->unasked |= outcome == OUTCOME_ERROR;
	if (need->required && is_loadable(k, index))
		sum->loads = true;
	else if (need->required && outcome != OUTCOME_ERROR)
		sum->refused = true;
	else if (need->required)
		sum->unknown = true;
}

/* Of one probe each directory that misses it; of several only the probe that is shown. */
static int judge_need(struct readiness *k, const struct profile *p,
	const struct profile_need *need, struct sum *sum)
{
	size_t indexes[PATHS_MOST], best = 0;
	ssize_t count = 0;

	for (size_t a = 0; a < need->any_count; a++) {
		count = questions_of(k, p, need, need->any[a], indexes);
		if (count < 0)
			return -ENOMEM;
		size_t index = decisive(k, indexes, count);
		if (a == 0 || hope_at(k, index) > hope_at(k, best))
			best = index;
	}
	sum->all[need->required]++;
	sum->met[need->required] += outcome_at(k, best) == OUTCOME_PASS;
	if (outcome_at(k, best) == OUTCOME_PASS)
		return 0;
	if (need->any_count > 1) {
		add_miss(k, need, best, sum);
		return 0;
	}
	for (ssize_t i = 0; i < count; i++)
		if (outcome_at(k, indexes[i]) != OUTCOME_PASS)
			add_miss(k, need, indexes[i], sum);
	return 0;
}

/* A condition that is not known holds: what it guards is then asked for all the same. */
static bool applies(
	struct readiness *k, const struct profile *p, const struct profile_need *need)
{
	size_t indexes[PATHS_MOST];

	if (!need->where || questions_of(k, p, need, need->where, indexes) < 1)
		return true;
	return weight(outcome_at(k, indexes[0])) < 2;
}

static int judge(struct readiness *k, const struct profile *p, struct sum *sum)
{
	*sum = (struct sum) { .misses = json_array() };
	for (size_t i = 0; i < p->need_count; i++)
		if (applies(k, p, &p->needs[i]) &&
			judge_need(k, p, &p->needs[i], sum) < 0)
			return -ENOMEM;
	return 0;
}

static void name_misses(struct sum *sum, const char *level, bool errors)
{
	const json_t *miss;
	const char *last = "";
	size_t i;

	json_array_foreach(sum->misses, i, miss) {
		const char *name = json_string_value(json_object_get(miss, "probe"));
		const char *outcome = json_string_value(json_object_get(miss, "outcome"));
		if (strcmp(json_string_value(json_object_get(miss, "level")), level) ||
			!strcmp(outcome, "error") != errors || !strcmp(name, last))
			continue;
		add_name(sum, name);
		last = name;
	}
}

static void set_verdict(json_t *json, struct sum *sum)
{
	const char *ready, *says;
	enum outcome outcome = OUTCOME_PASS;
	char detail[NAMES_SIZE + 100];

	if (sum->refused) {
		ready = "not-ready";
		outcome = OUTCOME_FAIL;
		says = "missing: ";
		name_misses(sum, "required", false);
	} else if (sum->unknown) {
		ready = "unknown";
		outcome = OUTCOME_ERROR;
		says = "could not be found out: ";
		name_misses(sum, "required", true);
	} else if (sum->loads) {
		ready = "ready-except";
		says = "modules are at hand, not loaded, and so these were not asked: ";
		name_misses(sum, "required", false);
	} else if (sum->met[0] < sum->all[0]) {
		ready = "ready-except";
		says = "recommended, and missing: ";
		name_misses(sum, "recommended", false);
		name_misses(sum, "recommended", true);
	} else {
		ready = "ready";
		says = "all it needs is there";
	}
	snprintf(detail, sizeof(detail), "%s%s", says, sum->names);
	record_set(json, "outcome", outcome_name(outcome));
	record_set(json, "ready", ready);
	record_set(json, "detail", detail);
}

static void note(json_t *json, const char *fmt, ...) _printf_(2, 3);

static void note(json_t *json, const char *fmt, ...)
{
	char text[2 * PATH_MAX + 200];
	va_list ap;
	size_t i;
	json_t *said;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	json_array_foreach(json_object_get(json, "notes"), i, said)
		if (!strcmp(json_string_value(said), text))
			return;
	record_append(json, "notes", text);
}

static void note_asker(json_t *json, const struct readiness *k, const struct profile *p)
{
	const struct who *who = who_of(k, p);

	if (p->root && strcmp(who->asker.name, "root") != 0)
		note(json,
			"this is about what root can do, and was asked as %s: asked as root "
			"of the host it may come out otherwise",
			strcmp(who->asker.name, "userns") ? "a user"
							  : "root of a user namespace");
	else if (!p->root && !strcmp(who->asker.name, "user") && !*who->login)
		return;
	else if (!p->root && !*who->login)
		note(json,
			"this is about an unprivileged user, and was asked as root: no "
			"other user is known here");
	else if (!p->root)
		note(json,
			"asked for the user %s%s. What a login session of theirs brings "
			"(cgroups handed down to it) is only seen when they ask themselves",
			who->login,
			k->user_named ? "" : ": --as USER asks for the one who is meant");
}

/* Said once for each directory, and only if something was asked about it. */
static void note_places(json_t *json, const struct readiness *k, const struct profile *p,
	const struct profile_need *need)
{
	const char *paths[PATHS_MOST];
	const json_t *path;
	size_t i;
	bool any = false;

	if (k->path_count || !asks_about_place(need))
		return;
	json_array_foreach(need->paths, i, path) {
		_cleanup_free_ char *full = expand(who_of(k, p), json_string_value(path));
		const struct place *place = full ? find_place(k, full) : NULL;
		any |= place && is_askable(place);
	}
	paths_of(k, p, need, paths);
	json_array_foreach(need->paths, i, path) {
		_cleanup_free_ char *full = expand(who_of(k, p), json_string_value(path));
		const struct place *place = full ? find_place(k, full) : NULL;
		if (!place || is_askable(place))
			continue;
		if (any)
			note(json, "%s was not asked about (%s)", full,
				strerror(place->err));
		else if (i == 0)
			note(json,
				"%s is not there (%s), so %s was asked about instead; --path DIR names another",
				full, strerror(place->err), paths[0]);
	}
}

static json_t *counted(const struct sum *sum, bool required)
{
	return json_pack("{s:I, s:I}", "met", (json_int_t)sum->met[required], "all",
		(json_int_t)sum->all[required]);
}

json_t *readiness_record(struct readiness *k, const struct profile *p)
{
	json_t *json = record_new(RECORD_PROFILE);
	struct sum sum;

	if (!json || judge(k, p, &sum) < 0) {
		json_decref(json);
		return NULL;
	}
	record_set(json, "name", p->name);
	record_set(json, "asker", who_of(k, p)->asker.name);
	record_set(json, "about", p->about);
	record_set(json, "source", p->source);
	record_set(json, "file", p->file);
	set_verdict(json, &sum);
	json_object_set_new(json, "required", counted(&sum, true));
	json_object_set_new(json, "recommended", counted(&sum, false));
	note_asker(json, k, p);
	for (size_t i = 0; i < p->need_count; i++)
		note_places(json, k, p, &p->needs[i]);
	if (k->late && sum.unasked)
		note(json,
			"the time for all questions, %g s, was not enough: --timeout S gives more",
			k->total_ms / 1000.0);
	json_object_set_new(json, "misses", sum.misses);
	return json;
}

void readiness_free(struct readiness *k)
{
	places_free(k->places, k->place_count);
	verdicts_free(&k->verdicts);
}
