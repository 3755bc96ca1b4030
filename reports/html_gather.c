/* What changed: a check is one entry for all who say the same of it; sorted for telling. */
#include <errno.h>
#include <string.h>

#include "gate.h"
#include "html_changes.h"
#include "text.h"

void html_entries_free(struct html_entries *e)
{
	for (size_t i = 0; i < e->count; i++)
		free(e->list[i].who);
	free(e->list);
}

static uint16_t tale_of(const struct html *h, const struct table_answer *a)
{
	size_t answer = a - h->table.answers;

	return answer < h->tales.room ? h->tales.answers[answer] : 0;
}

const struct html_tale *html_told(
	const struct html_entries *e, const struct html_entry *of)
{
	return &e->h->tales.list[of->tale];
}

static bool belongs(const struct html_section *s, const struct table_answer *a)
{
	const struct record rec = { .type = RECORD_CASE,
		.outcome = a->outcome,
		.kind = a->kind,
		.change = a->change };
	enum gate gate = gate_of(&rec);

	if (a->change != s->change)
		return false;
	return s->pick == PICK_ALL ||
		(s->pick == PICK_BAD) ==
		(gate == GATE_FAIL || gate == GATE_ERROR || gate == GATE_KNOWN);
}

/* --- entries --- */

static bool alike(const struct html_entries *e, const struct table_answer *a,
	const struct table_answer *b)
{
	uint16_t one = tale_of(e->h, a), two = tale_of(e->h, b);

	if (a->outcome != b->outcome || a->kind != b->kind || a->except != b->except)
		return false;
	return one == two ||
		(e->brief &&
			!strcmp(e->h->tales.list[one].was, e->h->tales.list[two].was));
}

struct likeness {
	const struct html_entries *entries;
	const struct table_answer *answer;
};

static bool is_like(const struct table_answer *a, const void *ctx)
{
	const struct likeness *l = ctx;

	return a->change == l->answer->change && alike(l->entries, l->answer, a);
}

/* In one run those who say so are named; in many, where. */
static void put_who(FILE *f, const struct html_entries *e, const struct html_view *v,
	const struct table_row *row, const struct table_answer *a)
{
	const struct likeness l = { e, a };
	const char *before = v->kind == TABLE_CASES ? " by " : " for ";

	if (v->count == 1 && e->h->mode != HTML_DIFF)
		return;
	if (v->who_count != v->count) {
		html_where_is(
			f, &e->h->table, v, row, (struct html_test) { is_like, &l });
		return;
	}
	for (size_t i = 0; i < v->count; i++) {
		const struct table_answer *at =
			table_at(&e->h->table, row, v->columns[i]);
		if (!at || !is_like(at, &l) || !*v->names[v->whos[i]])
			continue;
		fputs(before, f);
		html_text(f, v->names[v->whos[i]]);
		before = ", ";
	}
}

static struct html_entry *add(struct html_entries *e, const struct html_view *v,
	const struct table_row *row, const struct table_answer *a)
{
	size_t room = e->room ? e->room : 64, size;

	while (room <= e->count)
		room *= 2;
	struct html_entry *list =
		room == e->room ? e->list : reallocarray(e->list, room, sizeof(*list));
	if (!list)
		return NULL;
	e->list = list;
	e->room = room;
	struct html_entry *entry = &list[e->count];
	*entry = (struct html_entry) { .view = v,
		.row = row,
		.answer = a,
		.tale = tale_of(e->h, a),
		.matters = v->kind == TABLE_PROBES && summary_asks(row->name) };
	FILE *f = open_memstream(&entry->who, &size);
	if (!f)
		return NULL;
	e->count++;
	put_who(f, e, v, row, a);
	return fclose(f) == EOF ? NULL : entry;
}

static int gather_row(
	struct html_entries *e, const struct html_view *v, const struct table_row *row)
{
	const struct table *t = &e->h->table;
	size_t first = e->count;

	for (size_t i = 0; i < v->count; i++) {
		const struct table_answer *a = table_at(t, row, v->columns[i]);
		size_t k = first;
		if (!a || !belongs(e->section, a))
			continue;
		while (k < e->count && !alike(e, e->list[k].answer, a))
			k++;
		if (k == e->count && !add(e, v, row, a))
			return -ENOMEM;
		e->list[k].cells++;
		e->cells++;
	}
	for (uint32_t i = row->missed_first; i != TABLE_NONE; i = t->answers[i].next) {
		const struct table_answer *a = &t->answers[i];
		struct html_entry *entry = NULL;
		if (!belongs(e->section, a))
			continue;
		if (!(entry = add(e, v, row, a)))
			return -ENOMEM;
		entry->who[0] = '\0';
		entry->missed = true;
		entry->cells = a->count;
		e->cells += a->count;
	}
	return 0;
}

static int urgency(const struct html_entry *e)
{
	bool silent = e->answer->outcome == OUTCOME_FAIL &&
		e->answer->kind == KIND_SILENTLY_IGNORED;

	return 2 * outcome_weight(e->answer->outcome) + silent;
}

/* What is told together stands together, the most urgent first. */
static int for_telling(const void *x, const void *y, void *ctx)
{
	const struct html_entries *e = ctx;
	const struct html_entry *a = x, *b = y;
	int order = (int)b->matters - (int)a->matters;

	if (!order)
		order = urgency(b) - urgency(a);
	if (!order)
		order = (int)a->view->kind - (int)b->view->kind;
	if (!order)
		order = (int)a->missed - (int)b->missed;
	if (!order)
		order = strcmp(html_told(e, a)->was, html_told(e, b)->was);
	if (!order)
		order = (int)a->answer->kind - (int)b->answer->kind;
	if (!order && !e->brief)
		order = (int)a->tale - (int)b->tale;
	if (!order)
		order = strcmp(a->who, b->who);
	return order ? order : a->row < b->row ? -1 : a->row > b->row;
}

size_t html_together(const struct html_entries *e, size_t from)
{
	const struct html_entry *a = &e->list[from];
	size_t i = from + 1;

	for (; i < e->count; i++) {
		const struct html_entry *b = &e->list[i];
		if (a->matters || a->matters != b->matters || a->view != b->view ||
			a->missed != b->missed || !alike(e, a->answer, b->answer) ||
			strcmp(a->who, b->who) != 0)
			break;
	}
	return i - from;
}

int html_gather(struct html_entries *e)
{
	for (size_t k = 0; k < TABLE_COUNT; k++) {
		const struct html_view *v = &e->h->views[html_order[k]];
		for (size_t i = 0; i < v->part->row_count; i++)
			if (gather_row(e, v, &v->part->rows[i]) < 0)
				return -ENOMEM;
	}
	if (e->count)
		qsort_r(e->list, e->count, sizeof(*e->list), for_telling, e);
	return 0;
}
