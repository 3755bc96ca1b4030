/* What the nodes of a fleet answer, and how that differs: each thing once, with all it is about. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fleet.h"
#include "observed.h"

/* A group takes a screen at most. */
#define SECTIONS_MOST 7
#define NAMES_MOST    24
#define WHY_MOST      240
#define ASKERS_MOST   64

#define NAMES_AT 6

/* One thing to be said of one check. */
struct item {
	const struct table_row *row;
	char *what; /* "denied, pass in group 1" */
	char *why;  /* "" if that needs no words */
	char *who;  /* "root, user"; "" for all who were asked */
	int weight; /* the heaviest are told first */
};

struct items {
	const struct fleet *f;
	struct item *list;
	size_t count;
};

int fleet_evidence(FILE *out, const struct record *rec, void *ctx)
{
	_cleanup_free_ char *text = NULL;

	switch (rec->outcome) {
	case OUTCOME_FAIL:
	case OUTCOME_ERROR:
		text = observed_seen(rec);
		break;
	case OUTCOME_DENIED:
		text = page_line(rec->cause, WHY_MOST);
		break;
	default:
		return 0;
	}
	if (!text)
		return -ENOMEM;
	return fputs(text, out) == EOF ? -EIO : 0;
}

static char *evidence(const struct table *t, const struct table_answer *a)
{
	_cleanup_free_ char *text = NULL;
	size_t size;

	FILE *out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	int r = a ? table_evidence(t, a, out) : 0;
	if (fclose(out) == EOF || r < 0)
		return NULL;
	return page_line(text, WHY_MOST);
}

/* "silently-ignored, regressed" */
static void put_word(FILE *out, const struct table_answer *a)
{
	if (!a)
		fputs("not asked", out);
	else
		fputs(a->kind ? kind_name(a->kind) : outcome_name(a->outcome), out);
	if (a && a->change > CHANGE_SAME)
		fprintf(out, ", %s", change_name(a->change));
}

static char *word_of(
	const struct table_answer *here, const struct table_answer *there, bool compared)
{
	char *text = NULL;
	size_t size;

	FILE *out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	put_word(out, here);
	if (compared) {
		fputs("; in group 1: ", out);
		put_word(out, there);
	}
	if (fclose(out) == EOF) {
		free(text);
		return NULL;
	}
	return text;
}

static bool same_verdict(const struct table_answer *a, const struct table_answer *b)
{
	if (!a || !b)
		return a == b;
	return a->outcome == b->outcome && a->kind == b->kind && a->change == b->change;
}

static int weight_of(const struct table_answer *a)
{
	if (!a)
		return 1;
	return 2 + 2 * outcome_weight(a->outcome) + (a->kind == KIND_SILENTLY_IGNORED);
}

/* --- items --- */

static void item_free(struct item *item)
{
	free(item->what);
	free(item->why);
	free(item->who);
}

static void items_free(struct items *items)
{
	for (size_t i = 0; i < items->count; i++)
		item_free(&items->list[i]);
	free(items->list);
}

/* The same thing, said of the same check of somebody else: "root, user". */
static int join(
	struct items *items, size_t from, const struct item *item, bool *ret_joined)
{
	*ret_joined = false;
	for (size_t i = from; i < items->count; i++) {
		struct item *known = &items->list[i];
		char *both;
		if (strcmp(known->what, item->what) != 0 ||
			strcmp(known->why, item->why) != 0)
			continue;
		if (asprintf(&both, "%s, %s", known->who, item->who) < 0)
			return -ENOMEM;
		free(known->who);
		known->who = both;
		*ret_joined = true;
		break;
	}
	return 0;
}

/* `from`: where the items of its row begin. The item is taken. */
static int add(struct items *items, size_t from, struct item item)
{
	bool joined = false;
	int r = item.what && item.why && item.who ? join(items, from, &item, &joined)
						  : -ENOMEM;

	if (r == 0 && !joined) {
		struct item *list = items->list;
		if (!(items->count & (items->count - 1)))
			list = reallocarray(
				list, items->count ? 2 * items->count : 1, sizeof(*list));
		if (list) {
			items->list = list;
			list[items->count++] = item;
			return 0;
		}
		r = -ENOMEM;
	}
	item_free(&item);
	return r;
}

static int by_weight(const void *a, const void *b)
{
	const struct item *one = a, *other = b;
	int order = other->weight - one->weight;

	if (!order)
		order = strcmp(one->what, other->what);
	if (!order)
		order = strcmp(one->who, other->who);
	if (!order)
		order = strcmp(one->why, other->why);
	/* Rows are sorted by name. */
	return order ? order : one->row < other->row ? -1 : one->row > other->row;
}

static bool same_section(const struct item *a, const struct item *b)
{
	return !strcmp(a->what, b->what) && !strcmp(a->who, b->who) &&
		!strcmp(a->why, b->why);
}

static struct text_name item_name(const void *ctx, size_t i)
{
	const struct item *item = (const struct item *)ctx + i;

	return (struct text_name) { item->row->name, item->row->subject };
}

static void put_section(const struct page *p, const struct item *items, size_t count)
{
	_cleanup_free_ char *title = NULL;
	char more[64];

	if (asprintf(&title, "%s%s%s%s", items->what, *items->who ? " (" : "", items->who,
		    *items->who ? ")" : "") < 0)
		return;
	fputs("  ", p->out);
	page_wrap(p, 2, 4, title);
	text_names(
		p, NAMES_AT, count < NAMES_MOST ? count : NAMES_MOST, item_name, items);
	snprintf(more, sizeof(more), "and %zu more", count - NAMES_MOST);
	if (count > NAMES_MOST)
		page_item(p, "", more);
	page_item(p, "why", items->why);
}

static void put_items(const struct page *p, struct items *items)
{
	size_t sections = 0, i = 0, n;
	char more[64];

	qsort(items->list, items->count, sizeof(*items->list), by_weight);
	for (; i < items->count && sections < SECTIONS_MOST; i += n, sections++) {
		for (n = 1; i + n < items->count; n++)
			if (!same_section(&items->list[i], &items->list[i + n]))
				break;
		put_section(p, items->list + i, n);
	}
	snprintf(more, sizeof(more), "  and %zu more check%s\n", items->count - i,
		items->count - i == 1 ? "" : "s");
	if (i < items->count)
		fputs(more, p->out);
}

/* --- of a group --- */

/* The column in which `who` was asked in that run; SIZE_MAX if there is none. */
static size_t column_of(
	const struct fleet *f, enum table_kind part, size_t run, const char *who)
{
	const struct table_column *columns = f->table.parts[part].columns;

	for (size_t c = f->from[part][run]; c < f->to[part][run]; c++)
		if (!strcmp(columns[c].who, who))
			return c;
	return SIZE_MAX;
}

static const struct table_answer *answer_at(const struct fleet *f, enum table_kind part,
	const struct table_row *row, size_t run, const char *who)
{
	return table_at(&f->table, row, column_of(f, part, run, who));
}

static size_t first_of(const struct fleet *f, size_t group)
{
	return f->groups[group].runs[0];
}

/* All who were asked need no names: those of the items of the last row, unless they are some. */
static void leave_out_all(struct items *items, size_t from, size_t told, size_t asked)
{
	if (items->count == from + 1 && told == asked)
		*items->list[from].who = '\0';
}

typedef int (*look_fn)(struct items *items, size_t from, enum table_kind part,
	const struct table_row *row, const char *who, size_t group);

/* Who was asked, each once. */
struct askers {
	const char *list[ASKERS_MOST];
	size_t count;
};

static void add_askers(
	struct askers *a, const struct fleet *f, enum table_kind part, size_t group)
{
	size_t run = first_of(f, group), k;

	for (size_t c = f->from[part][run]; c < f->to[part][run]; c++) {
		const char *who = f->table.parts[part].columns[c].who;
		for (k = 0; k < a->count && strcmp(a->list[k], who) != 0; k++)
			;
		if (k == a->count && k < ASKERS_MOST)
			a->list[a->count++] = who;
	}
}

static int look_at_row(struct items *items, enum table_kind part,
	const struct table_row *row, size_t group, const struct askers *askers,
	look_fn look)
{
	size_t from = items->count, told = 0;

	for (size_t i = 0; i < askers->count; i++) {
		int r = look(items, from, part, row, askers->list[i], group);
		if (r < 0)
			return r;
		told += r;
	}
	leave_out_all(items, from, told, askers->count);
	return 0;
}

/* Looks at each answer of the groups from `group` to `last`; `none`: what is said if all is well. */
static int look_at_groups(const struct page *p, const struct fleet *f, size_t group,
	size_t last, look_fn look, const char *none)
{
	_cleanup_(items_free) struct items items = { .f = f };

	for (size_t part = 0; part < TABLE_COUNT; part++) {
		const struct table_part *in = &f->table.parts[part];
		struct askers askers = { .count = 0 };
		for (size_t g = group; g <= last; g++)
			add_askers(&askers, f, part, g);
		for (size_t i = 0; i < in->row_count; i++)
			if (look_at_row(
				    &items, part, &in->rows[i], group, &askers, look) < 0)
				return -ENOMEM;
	}
	if (items.count)
		put_items(p, &items);
	else
		fputs(none, p->out);
	return 0;
}

static int look_for_difference(struct items *items, size_t from, enum table_kind part,
	const struct table_row *row, const char *who, size_t group)
{
	const struct fleet *f = items->f;
	const size_t run = first_of(f, group), first = first_of(f, 0);
	const struct table_answer *here = answer_at(f, part, row, run, who);
	const struct table_answer *there = answer_at(f, part, row, first, who);
	bool comparable = column_of(f, part, first, who) != SIZE_MAX;

	/* Who is only here has all told that is wrong; who is only there is told elsewhere. */
	if (column_of(f, part, run, who) == SIZE_MAX || same_verdict(here, there) ||
		(!comparable && here->outcome == OUTCOME_PASS))
		return 0;
	int r = add(items, from,
		(struct item) {
			.row = row,
			.what = word_of(here, there, comparable),
			.why = evidence(&f->table, here),
			.who = strdup(who),
			.weight = weight_of(here),
		});
	return r < 0 ? r : 1;
}

static int look_for_wrong(struct items *items, size_t from, enum table_kind part,
	const struct table_row *row, const char *who, size_t group)
{
	const struct fleet *f = items->f;
	const struct table_answer *a = answer_at(f, part, row, first_of(f, group), who);

	if (!a || (a->outcome != OUTCOME_FAIL && a->outcome != OUTCOME_ERROR))
		return 0;
	int r = add(items, from,
		(struct item) {
			.row = row,
			.what = word_of(a, NULL, false),
			.why = evidence(&f->table, a),
			.who = strdup(who),
			.weight = weight_of(a),
		});
	return r < 0 ? r : 1;
}

/* What passes nowhere, in each group that has `who`; NULL if there is one where it does. */
static const struct table_answer *lacking(const struct fleet *f, enum table_kind part,
	const struct table_row *row, const char *who, bool *ret_alike)
{
	const struct table_answer *first = NULL;

	*ret_alike = true;
	for (size_t g = 0; g < f->group_count; g++) {
		size_t run = first_of(f, g);
		if (column_of(f, part, run, who) == SIZE_MAX)
			continue;
		const struct table_answer *a = answer_at(f, part, row, run, who);
		if (!a || a->outcome == OUTCOME_PASS)
			return NULL;
		if (!first)
			first = a;
		*ret_alike = *ret_alike && same_verdict(a, first);
	}
	return first;
}

static int look_for_lacking(struct items *items, size_t from, enum table_kind part,
	const struct table_row *row, const char *who, size_t group)
{
	bool alike;
	const struct table_answer *a = lacking(items->f, part, row, who, &alike);

	if (!a)
		return 0;
	int r = add(items, from,
		(struct item) {
			.row = row,
			.what = alike ? word_of(a, NULL, false)
				      : strdup("one thing or another, pass nowhere"),
			.why = alike ? evidence(&items->f->table, a) : strdup(""),
			.who = strdup(who),
			.weight = alike ? weight_of(a) : 0,
		});
	return r < 0 ? r : 1;
}

int fleet_put_wrong(const struct page *p, const struct fleet *f)
{
	return look_at_groups(p, f, 0, 0, look_for_wrong, "");
}

int fleet_put_differences(const struct page *p, const struct fleet *f, size_t i)
{
	return look_at_groups(p, f, i, i, look_for_difference, "");
}

int fleet_put_lacking(const struct page *p, const struct fleet *f)
{
	return look_at_groups(p, f, 0, f->group_count - 1, look_for_lacking,
		"  nothing: each check passes somewhere\n");
}
