/* Which columns are shown, in which order, and what there is in them. */
#include <errno.h>
#include <string.h>

#include "html.h"

/* As many cells as a browser opens in a few seconds, and columns that somebody compares. */
#define CELLS_MOST    1000000
#define COLUMNS_LEAST 20
#define COLUMNS_MOST  400

/* With fewer there is room for words. */
#define WORDS_MOST 8

/* With where it is on so many, the rest is counted. */
#define TITLES_MOST 8

struct place {
	size_t count, rank, column;
};

/* Groups of equal runs: the smallest first. Then titles as they first came. */
static int by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->column < y->column ? -1 : 1;
}

/* The number that `text` has, or gets; -ENOMEM. */
static int number_of(json_t *numbers, const char *text)
{
	const json_t *known = json_object_get(numbers, text);
	int n = json_object_size(numbers);

	if (known)
		return json_integer_value(known);
	return json_object_set_new(numbers, text, json_integer(n)) < 0 ? -ENOMEM : n;
}

static size_t columns_most(const struct table_part *part)
{
	size_t most = part->row_count ? CELLS_MOST / part->row_count : COLUMNS_MOST;

	if (most > COLUMNS_MOST)
		return COLUMNS_MOST;
	return most < COLUMNS_LEAST ? COLUMNS_LEAST : most;
}

static int order(struct html_view *v, const struct table *t)
{
	const struct table_part *part = v->part;
	_cleanup_free_ struct place *places =
		calloc(part->column_count + 1, sizeof(*places));
	json_auto_t *titles = json_object();
	size_t most = columns_most(part), count = 0;

	if (!places || !titles)
		return -ENOMEM;
	for (size_t i = 0; i < part->column_count; i++) {
		const struct table_run *run = &t->runs[part->columns[i].run];
		int rank = number_of(titles, part->columns[i].title);
		if (rank < 0)
			return rank;
		if (&t->runs[run->like] == run)
			places[count++] = (struct place) { run->count, rank, i };
	}
	qsort(places, count, sizeof(*places), by_place);
	v->count = count < most ? count : most;
	v->left_out = count - v->count;
	v->tight = v->count > WORDS_MOST;
	v->columns = calloc(v->count + 1, sizeof(*v->columns));
	for (size_t i = 0; v->columns && i < v->count; i++)
		v->columns[i] = places[i].column;
	return v->columns ? 0 : -ENOMEM;
}

static int name_whos(struct html_view *v)
{
	json_auto_t *numbers = json_object();

	v->whos = calloc(v->count + 1, sizeof(*v->whos));
	v->names = calloc(v->count + 1, sizeof(*v->names));
	if (!numbers || !v->whos || !v->names)
		return -ENOMEM;
	for (size_t i = 0; i < v->count; i++) {
		const char *who = html_column(v, i)->who;
		int n = number_of(numbers, who);
		if (n < 0)
			return n;
		v->whos[i] = n;
		v->names[n] = who;
	}
	v->who_count = json_object_size(numbers);
	return 0;
}

static void count_row(
	struct html_view *v, const struct table *t, const struct table_row *row)
{
	const struct html_row r = html_row_of(t, v, row);

	for (size_t i = 0; i < v->count; i++) {
		const struct table_answer *a = table_at(t, row, v->columns[i]);
		if (!a)
			continue;
		v->cells[html_look_of(a)]++;
		v->changes[a->change]++;
	}
	for (enum look look = 0; look < LOOK_COUNT; look++)
		v->rows[look] += r.looks >> look & 1;
	for (enum change c = 0; c < CHANGE_COUNT; c++)
		v->change_rows[c] += r.changes >> c & 1;
	if (r.looks)
		v->worst[r.worst]++;
	v->changed += r.changed;
	v->varied += r.varied;
	v->only += r.looks == 1u << LOOK_PASS;
}

int html_view_init(struct html_view *v, const struct table *t, enum table_kind kind)
{
	int r;

	*v = (struct html_view) { .kind = kind, .part = &t->parts[kind] };
	if ((r = order(v, t)) < 0 || (r = name_whos(v)) < 0)
		return r;
	for (size_t i = 0; i < v->part->row_count; i++)
		count_row(v, t, &v->part->rows[i]);
	return 0;
}

void html_view_free(struct html_view *v)
{
	free(v->columns);
	free(v->whos);
	free(v->names);
}

const struct table_column *html_column(const struct html_view *v, size_t i)
{
	return &v->part->columns[v->columns[i]];
}

struct html_row html_row_of(
	const struct table *t, const struct html_view *v, const struct table_row *row)
{
	struct html_row r = { .worst = LOOK_PASS };

	for (size_t i = 0; i < v->count; i++) {
		const struct table_answer *a = table_at(t, row, v->columns[i]);
		if (!a)
			continue;
		enum look look = html_look_of(a);
		r.looks |= 1u << look;
		r.changes |= 1u << a->change;
		r.worst = look < r.worst ? look : r.worst;
		r.changed = r.changed || a->change > CHANGE_SAME;
	}
	r.varied = r.looks & (r.looks - 1);
	return r;
}

/* --- where --- */

static bool is_there(const struct table *t, const struct html_view *v,
	const struct table_row *row, size_t i, struct html_test test)
{
	const struct table_answer *a = table_at(t, row, v->columns[i]);

	return a && test.is(a, test.ctx);
}

struct where {
	size_t *here, *all; /* of each who: columns in question, and all that it has */
	bool everywhere;
};

static int count_where(struct where *w, const struct table *t, const struct html_view *v,
	const struct table_row *row, struct html_test test)
{
	w->here = calloc(v->who_count + 1, sizeof(*w->here));
	w->all = calloc(v->who_count + 1, sizeof(*w->all));
	w->everywhere = true;
	if (!w->here || !w->all)
		return -ENOMEM;
	for (size_t i = 0; i < v->count; i++) {
		bool there = is_there(t, v, row, i, test);
		w->all[v->whos[i]]++;
		w->here[v->whos[i]] += there;
		w->everywhere = w->everywhere && there;
	}
	return 0;
}

/* The titles of one who's columns: " on 5.10, 6.1". */
static void put_titles(FILE *f, const struct table *t, const struct html_view *v,
	const struct table_row *row, struct html_test test, size_t who, size_t here)
{
	size_t shown = 0;

	for (size_t i = 0; i < v->count && shown < TITLES_MOST; i++) {
		if (v->whos[i] != who || !is_there(t, v, row, i, test))
			continue;
		fputs(shown++ ? ", " : " on ", f);
		html_text(f, html_column(v, i)->title);
	}
	if (here > shown)
		fprintf(f, " and %zu more", here - shown);
}

void html_where_is(FILE *f, const struct table *t, const struct html_view *v,
	const struct table_row *row, struct html_test test)
{
	struct where w = { 0 };
	const char *before = v->kind == TABLE_CASES ? " by " : " for ";

	if (v->count == 1)
		return;
	if (count_where(&w, t, v, row, test) == 0 && w.everywhere && v->count > 1)
		fputs(" everywhere", f);
	else
		for (size_t who = 0; w.here && w.all && who < v->who_count; who++) {
			if (!w.here[who])
				continue;
			fputs(before, f);
			html_text(f, v->names[who]);
			before = "; ";
			if (w.here[who] < w.all[who])
				put_titles(f, t, v, row, test, who, w.here[who]);
			else if (w.all[who] > 1)
				fputs(" everywhere", f);
		}
	free(w.here);
	free(w.all);
}

static bool is_answer(const struct table_answer *a, const void *ctx)
{
	return a == ctx;
}

static bool looks_so(const struct table_answer *a, const void *ctx)
{
	return html_look_of(a) == *(const enum look *)ctx;
}

void html_where(FILE *f, const struct table *t, const struct html_view *v,
	const struct table_row *row, const struct table_answer *answer, enum look look)
{
	struct html_test test = { looks_so, &look };

	if (answer)
		test = (struct html_test) { is_answer, answer };
	html_where_is(f, t, v, row, test);
}

/* FNV-1a, 64 bits: the same check has the same address in every report. */
struct html_id html_id(enum table_kind kind, const char *name, const char *subject)
{
	uint64_t hash = 0xcbf29ce484222325;
	struct html_id id;

	for (const char *c = name; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 0x100000001b3;
	hash = (hash ^ '\n') * 0x100000001b3;
	for (const char *c = subject; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 0x100000001b3;
	snprintf(id.text, sizeof(id.text), "%c%016llx", "cpw"[kind],
		(unsigned long long)hash);
	return id;
}
