#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text_table.h"

#define CELL_WIDTH_LEAST 6

static size_t asker_index(struct table *t, const char *asker)
{
	size_t i = 0;

	while (i < t->asker_count && strcmp(t->askers[i], asker))
		i++;
	if (i == t->asker_count)
		t->askers[t->asker_count++] = asker;
	return i;
}

static struct row *row_of(struct table *t, const struct record *rec)
{
	for (size_t i = 0; i < t->row_count; i++)
		if (!strcmp(t->rows[i].first->name, rec->name) &&
			!strcmp(t->rows[i].first->subject, rec->subject))
			return &t->rows[i];
	t->rows[t->row_count] = (struct row) { .first = rec };
	return &t->rows[t->row_count++];
}

char *table_row_name(const struct row *row)
{
	char *name;

	if (asprintf(&name, "%s%s%s", row->first->name,
		    *row->first->subject ? " on " : "", row->first->subject) < 0)
		return NULL;
	return name;
}

static int fill_rows(struct table *t, const struct run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		if (run->recs[i].type != RECORD_PROBE)
			continue;
		asker_index(t, run->recs[i].asker);
		row_of(t, &run->recs[i]);
	}
	for (size_t i = 0; i < t->row_count; i++)
		if (!(t->rows[i].cells = calloc(t->asker_count, sizeof(struct record *))))
			return -ENOMEM;
	for (size_t i = 0; i < run->count; i++) {
		const struct record *rec = &run->recs[i];
		if (rec->type != RECORD_PROBE)
			continue;
		struct row *row = row_of(t, rec);
		const struct record **cell = &row->cells[asker_index(t, rec->asker)];
		if (!*cell ||
			outcome_weight((*cell)->outcome) < outcome_weight(rec->outcome))
			*cell = rec;
		if (outcome_weight(row->worst) < outcome_weight(rec->outcome))
			row->worst = rec->outcome;
	}
	return 0;
}

int table_cell_width(const struct table *t, size_t asker)
{
	int width = page_width(t->askers[asker]);

	return width < CELL_WIDTH_LEAST ? CELL_WIDTH_LEAST : width;
}

static int by_name(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int order = strcmp(x->first->name, y->first->name);

	return order ? order : strcmp(x->first->subject, y->first->subject);
}

void text_table_free(struct table *t)
{
	for (size_t i = 0; i < t->row_count; i++) {
		free(t->rows[i].cells);
		free(t->rows[i].seen);
		free(t->rows[i].why);
	}
	free(t->rows);
	free(t->askers);
}

bool table_row_passes(const struct table *t, const struct row *row)
{
	for (size_t i = 0; i < t->asker_count; i++)
		if (row->cells[i] && row->cells[i]->outcome != OUTCOME_PASS)
			return false;
	return true;
}

int table_make(const struct run *run, struct table *ret_table)
{
	struct table *t = ret_table;

	*t = (struct table) {
		.rows = calloc(run->count + 1, sizeof(struct row)),
		.askers = calloc(run->count + 1, sizeof(char *)),
	};
	if (!t->rows || !t->askers)
		return -ENOMEM;
	int r = fill_rows(t, run);
	if (r == 0)
		qsort(t->rows, t->row_count, sizeof(*t->rows), by_name);
	return r;
}
