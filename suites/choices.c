#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "choices.h"
#include "facts/fact.h"
#include "fixtures.h"
#include "probe.h"
#include "reporter.h"

static int add(struct choices *c, const char *name, size_t len, const char *about)
{
	struct choice *items = reallocarray(c->items, c->count + 1, sizeof(*items));

	if (!items)
		return -ENOMEM;
	c->items = items;
	struct choice *choice = &items[c->count++];
	*choice = (struct choice) { strndup(name, len), strdup(about ? about : "") };
	return choice->name && choice->about ? 0 : -ENOMEM;
}

static int add_formats(struct choices *c)
{
	int r = 0;

	for (size_t i = 0; i < reporter_count && r == 0; i++)
		r = add(c, reporter_table[i].name, strlen(reporter_table[i].name),
			reporter_table[i].reporter->about);
	return r;
}

static int add_probes(struct choices *c)
{
	int r = 0;

	for (size_t i = 0; i < probe_count && r == 0; i++)
		r = add(c, probe_table[i].name, strlen(probe_table[i].name),
			probe_table[i].probe->about);
	return r;
}

static int add_facts(struct choices *c)
{
	int r = 0;

	for (size_t i = 0; i < fact_count && r == 0; i++)
		r = add(c, fact_table[i].name, strlen(fact_table[i].name),
			fact_table[i].fact->about);
	return r;
}

/* "cases/mount/rro.json" is mount/rro; what it is about stands under the first key there is. */
static int add_fixture(
	struct choices *c, const char *path, const char *dir, const char *const *keys)
{
	static const struct fixtures embedded = { .dir = "" };
	const char *name = path + strlen(dir) + 1;
	char why[1024];

	json_auto_t *json = fixtures_json(&embedded, path, why, sizeof(why));
	const char *about = NULL;
	for (; *keys && !about; keys++)
		about = json_string_value(json_object_get(json, *keys));
	return add(c, name, strlen(name) - strlen(".json"), about);
}

static int add_fixtures(struct choices *c, const char *dir, const char *const *keys)
{
	static const struct fixtures embedded = { .dir = "" };
	char **paths = fixtures_list(&embedded, dir);
	int r = paths ? 0 : -ENOMEM;

	for (char **path = paths; path && *path; path++) {
		if (r == 0)
			r = add_fixture(c, *path, dir, keys);
		free(*path);
	}
	free(paths);
	return r;
}

static int add_cases(struct choices *c)
{
	static const char *const keys[] = { "must", "should", "may", NULL };

	return add_fixtures(c, "cases", keys);
}

static int add_profiles(struct choices *c)
{
	static const char *const keys[] = { "about", NULL };

	return add_fixtures(c, "profiles", keys);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct choice *)a)->name, ((const struct choice *)b)->name);
}

/* A case may be called as a probe is: then it is one name. */
static int add_names(struct choices *c)
{
	size_t kept = 0;
	int r = add_probes(c);

	if (r == 0)
		r = add_cases(c);
	if (r == 0)
		r = add_facts(c);
	if (r < 0 || !c->count)
		return r;
	qsort(c->items, c->count, sizeof(*c->items), by_name);
	for (size_t i = 1; i < c->count; i++) {
		if (strcmp(c->items[kept].name, c->items[i].name)) {
			c->items[++kept] = c->items[i];
			continue;
		}
		free(c->items[i].name);
		free(c->items[i].about);
	}
	c->count = kept + 1;
	return 0;
}

int choices_of(enum completion completes, struct choices *ret_choices)
{
	static int (*const adders[COMPLETES_COUNT])(struct choices *) = {
		[COMPLETES_FORMAT] = add_formats,
		[COMPLETES_PROBE] = add_probes,
		[COMPLETES_CASE] = add_cases,
		[COMPLETES_NAME] = add_names,
		[COMPLETES_PROFILE] = add_profiles,
	};
	struct choices c = { .count = 0 };
	int r = adders[completes] ? adders[completes](&c) : 0;

	if (r < 0)
		choices_free(&c);
	else
		*ret_choices = c;
	return r;
}

void choices_free(struct choices *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->items[i].name);
		free(c->items[i].about);
	}
	free(c->items);
	*c = (struct choices) { .count = 0 };
}
