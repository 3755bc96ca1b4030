/* Once all records are in: order, titles, and which runs are alike. */
#include <errno.h>
#include <string.h>

#include "page.h"
#include "table.h"

static int by_name(const void *a, const void *b)
{
	const struct table_row *one = a, *other = b;
	int order = strcmp(one->name, other->name);

	return order ? order : strcmp(one->subject, other->subject);
}

/* How many were called so before; -ENOMEM. */
static int met(json_t *names, const char *name)
{
	int n = json_integer_value(json_object_get(names, name));

	return json_object_set_new(names, name, json_integer(n + 1)) < 0 ? -ENOMEM : n;
}

static int count_titles(
	const struct table *t, const struct table_part *part, json_t *names)
{
	for (size_t i = 0; i < part->column_count; i++) {
		_cleanup_free_ char *key = NULL;
		if (asprintf(&key, "%s\n%s", t->runs[part->columns[i].run].label,
			    part->columns[i].who) < 0 ||
			met(names, key) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* The label; of several with one label and `who`, also the file, or else the time. */
static int entitle(const struct table_run *run, struct table_column *column,
	const json_t *names, json_t *given)
{
	_cleanup_free_ char *key = NULL, *title = NULL, *again = NULL;
	const char *slash = strrchr(run->source, '/');
	const char *more = slash ? slash + 1 : *run->source ? run->source : run->time;

	if (asprintf(&key, "%s\n%s", run->label, column->who) < 0)
		return -ENOMEM;
	bool alone = json_integer_value(json_object_get(names, key)) < 2;
	if (asprintf(&title, "%s%s%s", run->label, alone ? "" : " ", alone ? "" : more) <
			0 ||
		asprintf(&again, "%s\n%s", title, column->who) < 0)
		return -ENOMEM;
	int n = met(given, again);
	if (n > 0)
		n = asprintf(&column->title, "%s #%d", title, n + 1);
	else if (n == 0)
		column->title = TAKE_PTR(title);
	return n < 0 ? -ENOMEM : 0;
}

static int finish_part(struct table *t, struct table_part *part)
{
	json_auto_t *names = json_object(), *given = json_object();

	if (!names || !given || count_titles(t, part, names) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < part->column_count; i++) {
		struct table_column *column = &part->columns[i];
		if (entitle(&t->runs[column->run], column, names, given) < 0)
			return -ENOMEM;
	}
	/* The index knows the rows by their old places. */
	json_object_clear(part->index);
	if (part->row_count)
		qsort(part->rows, part->row_count, sizeof(*part->rows), by_name);
	return 0;
}

int table_finish(struct table *t, const struct report_to *to)
{
	if (t->run_count && (t->open || to->cut_short)) {
		struct table_run *last = &t->runs[t->run_count - 1];
		char *trouble = *last->trouble
			? NULL
			: strdup("its records end too early: they are cut short");
		if (trouble) {
			free(last->trouble);
			last->trouble = trouble;
		}
	}
	for (size_t i = 0; i < TABLE_COUNT; i++)
		if (finish_part(t, &t->parts[i]) < 0)
			return -ENOMEM;
	return 0;
}

/* --- which runs are alike --- */

/* The columns of a run in each of the parts: [from, to). */
struct span {
	size_t from[TABLE_COUNT], to[TABLE_COUNT];
};

static struct span *find_spans(const struct table *t)
{
	struct span *spans = calloc(t->run_count + 1, sizeof(*spans));

	for (size_t p = 0; spans && p < TABLE_COUNT; p++) {
		const struct table_part *part = &t->parts[p];
		for (size_t i = 0; i < part->column_count; i++) {
			struct span *s = &spans[part->columns[i].run];
			if (s->to[p] == s->from[p])
				s->from[p] = i;
			s->to[p] = i + 1;
		}
	}
	return spans;
}

/* What a cell comes to, in one number; 0 for none. */
static uint64_t verdict_of(
	const struct table *t, const struct table_row *row, size_t column)
{
	const struct table_answer *a = table_at(t, row, column);

	return a ? 1 +
			(((uint64_t)a->outcome * KIND_COUNT + a->kind) * CHANGE_COUNT +
				a->change)
		 : 0;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * 0x100000001b3;
}

static uint64_t hash_run(const struct table *t, const struct span *s)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t p = 0; p < TABLE_COUNT; p++) {
		const struct table_part *part = &t->parts[p];
		hash = mix(hash, s->to[p] - s->from[p]);
		for (size_t r = 0; r < part->row_count; r++)
			for (size_t c = s->from[p]; c < s->to[p]; c++)
				hash = mix(hash, verdict_of(t, &part->rows[r], c));
	}
	return hash;
}

static bool alike(const struct table *t, const struct span *a, const struct span *b)
{
	for (size_t p = 0; p < TABLE_COUNT; p++) {
		const struct table_part *part = &t->parts[p];
		size_t count = a->to[p] - a->from[p];
		if (count != b->to[p] - b->from[p])
			return false;
		for (size_t c = 0; c < count; c++)
			if (strcmp(part->columns[a->from[p] + c].who,
				    part->columns[b->from[p] + c].who) != 0)
				return false;
		for (size_t r = 0; r < part->row_count; r++)
			for (size_t c = 0; c < count; c++)
				if (verdict_of(t, &part->rows[r], a->from[p] + c) !=
					verdict_of(t, &part->rows[r], b->from[p] + c))
					return false;
	}
	return true;
}

int table_group(struct table *t)
{
	_cleanup_free_ struct span *spans = find_spans(t);
	json_auto_t *firsts = json_object(); /* hash -> the first run that has it */
	char key[24];

	if (!spans || !firsts)
		return -ENOMEM;
	for (size_t i = 0; i < t->run_count; i++) {
		struct table_run *run = &t->runs[i];
		snprintf(key, sizeof(key), "%llx",
			(unsigned long long)hash_run(t, &spans[i]));
		const json_t *first = json_object_get(firsts, key);
		size_t like = json_integer_value(first);
		run->like = i;
		run->count = 1;
		if (!first && json_object_set_new(firsts, key, json_integer(i)) < 0)
			return -ENOMEM;
		if (!first || strcmp(run->trouble, t->runs[like].trouble) != 0 ||
			!alike(t, &spans[i], &spans[like]))
			continue;
		run->like = like;
		t->runs[like].count++;
		run->count = 0;
	}
	return 0;
}
