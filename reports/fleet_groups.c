/* Which nodes are alike. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fleet.h"

static int find_columns(struct fleet *f)
{
	for (size_t p = 0; p < TABLE_COUNT; p++) {
		const struct table_part *part = &f->table.parts[p];
		f->from[p] = calloc(f->table.run_count + 1, sizeof(size_t));
		f->to[p] = calloc(f->table.run_count + 1, sizeof(size_t));
		if (!f->from[p] || !f->to[p])
			return -ENOMEM;
		for (size_t i = part->column_count; i-- > 0;) {
			size_t run = part->columns[i].run;
			f->from[p][run] = i;
			if (!f->to[p][run])
				f->to[p][run] = i + 1;
		}
	}
	return 0;
}

static int by_name(const void *a, const void *b, void *fleet)
{
	const struct fleet *f = fleet;

	return strverscmp(f->names[*(const size_t *)a], f->names[*(const size_t *)b]);
}

/* The others are compared with the first: not with one that did not come to its end. */
static int by_count(const void *a, const void *b, void *fleet)
{
	const struct fleet *f = fleet;
	const struct fleet_group *one = a, *other = b;
	bool ended = !*f->table.runs[one->runs[0]].trouble;
	bool other_ended = !*f->table.runs[other->runs[0]].trouble;

	if (ended != other_ended)
		return ended ? -1 : 1;
	if (one->count != other->count)
		return one->count < other->count ? 1 : -1;
	return by_name(&one->runs[0], &other->runs[0], fleet);
}

/* `place`: of the group of each first run. */
static int fill_groups(struct fleet *f, size_t *place)
{
	const struct table *t = &f->table;

	for (size_t i = 0; i < t->run_count; i++) {
		struct fleet_group *g;
		if (t->runs[i].like == i) {
			place[i] = f->group_count++;
			g = &f->groups[place[i]];
			if (!(g->runs = calloc(t->runs[i].count, sizeof(*g->runs))))
				return -ENOMEM;
		}
		g = &f->groups[place[t->runs[i].like]];
		g->runs[g->count++] = i;
	}
	return 0;
}

int fleet_group(struct fleet *f)
{
	struct table *t = &f->table;
	_cleanup_free_ size_t *place = calloc(t->run_count + 1, sizeof(*place));

	f->names = calloc(t->run_count + 1, sizeof(*f->names));
	f->groups = calloc(t->run_count + 1, sizeof(*f->groups));
	if (!place || !f->names || !f->groups || find_columns(f) < 0 ||
		fleet_names(t, f->names) < 0 || table_group(t) < 0 ||
		fill_groups(f, place) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < f->group_count; i++)
		qsort_r(f->groups[i].runs, f->groups[i].count, sizeof(size_t), by_name,
			f);
	qsort_r(f->groups, f->group_count, sizeof(*f->groups), by_count, f);
	return 0;
}

void fleet_free(struct fleet *f)
{
	for (size_t i = 0; f->names && i < f->table.run_count; i++)
		free(f->names[i]);
	for (size_t i = 0; i < f->group_count; i++)
		free(f->groups[i].runs);
	for (size_t p = 0; p < TABLE_COUNT; p++) {
		free(f->from[p]);
		free(f->to[p]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(f->lost); i++)
		free(f->lost[i]);
	free(f->names);
	free(f->groups);
	table_free(&f->table);
	*f = (struct fleet) { .lost_count = 0 };
}
