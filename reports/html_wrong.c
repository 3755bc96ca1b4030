/* What is wrong, the worst first; a check is told once, a cause is told once. */
#include <errno.h>
#include <string.h>

#include "html.h"

/* Longer lists are not read: the matrix has the rest. */
#define LINES_MOST  40
#define CAUSES_MOST 25
#define NAMES_MOST  12

static const char *const whats[] = { "obligations", "capabilities", "workloads" };

static bool shows_any(const struct html_row *r, enum look look)
{
	return r->looks >> look & 1;
}

/* The answer behind the first cell that looks so. */
static const struct table_answer *first_answer(const struct table *t,
	const struct html_view *v, const struct table_row *row, enum look look)
{
	for (size_t i = 0; i < v->count; i++) {
		const struct table_answer *a = table_at(t, row, v->columns[i]);
		if (a && html_look_of(a) == look)
			return a;
	}
	return NULL;
}

static void put_name(FILE *f, const struct table_row *row)
{
	html_text(f, row->name);
	if (*row->subject) {
		fputs(" on ", f);
		html_text(f, row->subject);
	}
}

static void put_line(const struct html *h, const struct html_view *v,
	const struct table_row *row, enum look look)
{
	const struct table *t = &h->table;
	const struct table_answer *a = first_answer(t, v, row, look);

	fprintf(h->out, "<li><b class=\"tile %c\">%s</b> <a href=\"#a%zu\">",
		html_looks[look].letter, html_word(v->kind, a), (size_t)(a - t->answers));
	put_name(h->out, row);
	fputs("</a><span>", h->out);
	html_where(h->out, t, v, row, NULL, look);
	fputs("</span> <small>", h->out);
	html_text(h->out, row->about);
	fputs("</small></li>\n", h->out);
}

static void heading(
	const struct html *h, const char *title, size_t count, const char *meaning)
{
	fprintf(h->out, "<h3>%s <span>%zu</span></h3>\n<p class=\"means\">%s</p>\n<ul>\n",
		title, count, meaning);
}

static void ending(const struct html *h, size_t all, size_t shown)
{
	if (all > shown)
		fprintf(h->out, "<li>and %zu more, in the matrix</li>\n", all - shown);
	fputs("</ul>\n", h->out);
}

static bool is_elsewhere(const struct html_row *r, enum look look)
{
	return look == LOOK_FAIL && shows_any(r, LOOK_SILENT);
}

/* Rows with a cell that looks so; of those silently ignored what else fails is not repeated. */
static void put_rows(
	const struct html *h, enum table_kind kind, enum look look, const char *meaning)
{
	const struct html_view *v = &h->views[kind];
	size_t all = v->rows[look], shown = 0;
	char title[80];

	for (size_t i = 0; i < v->part->row_count && look == LOOK_FAIL; i++) {
		const struct html_row r = html_row_of(&h->table, v, &v->part->rows[i]);
		all -= shows_any(&r, look) && is_elsewhere(&r, look);
	}
	if (!all)
		return;
	snprintf(title, sizeof(title), "%s",
		kind == TABLE_PROFILES ? "Workloads that are not ready"
				       : html_look_title(kind, look));
	heading(h, title, all, meaning);
	for (size_t i = 0; i < v->part->row_count && shown < LINES_MOST; i++) {
		const struct table_row *row = &v->part->rows[i];
		const struct html_row r = html_row_of(&h->table, v, row);
		if (!shows_any(&r, look) || is_elsewhere(&r, look))
			continue;
		put_line(h, v, row, look);
		shown++;
	}
	ending(h, all, shown);
}

static void put_unproved(const struct html *h)
{
	size_t all = 0, shown = 0;

	for (size_t k = 0; k < TABLE_COUNT; k++)
		for (size_t i = 0; i < h->table.parts[k].row_count; i++)
			all += h->table.parts[k].rows[i].missed > 0;
	if (!all)
		return;
	heading(h, "Not proved", all,
		"sabotaged, and did not notice: its pass says nothing");
	for (size_t k = 0; k < TABLE_COUNT; k++)
		for (size_t i = 0; i < h->table.parts[k].row_count; i++) {
			const struct table_row *row = &h->table.parts[k].rows[i];
			if (!row->missed || shown++ >= LINES_MOST)
				continue;
			fprintf(h->out, "<li><b class=\"tile f\">%u of %u</b> ",
				row->missed, row->proofs);
			fprintf(h->out, "<a href=\"#a%u\">", row->missed_first);
			put_name(h->out, row);
			fputs("</a> <small>", h->out);
			html_text(h->out, row->about);
			fputs("</small></li>\n", h->out);
		}
	ending(h, all, shown < LINES_MOST ? shown : LINES_MOST);
}

/* --- guests --- */

static bool is_shown(const struct html *h, size_t run)
{
	return *h->table.runs[run].trouble && h->table.runs[run].like == run;
}

static void put_boots(const struct html *h)
{
	size_t all = 0, shown = 0;

	for (size_t i = 0; i < h->table.run_count; i++)
		all += is_shown(h, i);
	if (!all)
		return;
	heading(h, "Runs without an end", all,
		"what was not asked any more is not known");
	for (size_t i = 0; i < h->table.run_count && shown < LINES_MOST; i++) {
		const struct table_run *run = &h->table.runs[i];
		if (!is_shown(h, i))
			continue;
		shown++;
		fputs("<li><b class=\"tile e\">error</b> ", h->out);
		if (run->boot != TABLE_NONE)
			fprintf(h->out, "<a href=\"#a%u\">", run->boot);
		html_run(h, h->out, run);
		fputs(*run->runtime ? " with " : "", h->out);
		html_text(h->out, run->runtime);
		fputs(run->boot != TABLE_NONE ? "</a> <small>" : " <small>", h->out);
		html_text(h->out, run->trouble);
		fputs("</small></li>\n", h->out);
	}
	ending(h, all, shown);
}

/* --- causes --- */

static size_t cause_of(const struct html *h, const struct table_answer *a)
{
	size_t answer = a ? (size_t)(a - h->table.answers) : h->causes.room;

	return answer < h->causes.room ? h->causes.answers[answer] : 0;
}

struct caused {
	size_t cause, cells;
};

static int by_cells(const void *a, const void *b)
{
	const struct caused *x = a, *y = b;

	if (x->cells != y->cells)
		return x->cells > y->cells ? -1 : 1;
	return x->cause < y->cause ? -1 : 1;
}

static struct caused *count_causes(
	const struct html *h, const struct html_view *v, enum look look)
{
	struct caused *list = calloc(h->causes.count + 1, sizeof(*list));

	for (size_t i = 0; list && i <= h->causes.count; i++)
		list[i].cause = i;
	for (size_t r = 0; list && r < v->part->row_count; r++)
		for (size_t i = 0; i < v->count; i++) {
			const struct table_answer *a =
				table_at(&h->table, &v->part->rows[r], v->columns[i]);
			size_t cause = cause_of(h, a);
			if (cause && html_look_of(a) == look)
				list[cause].cells++;
		}
	if (list)
		qsort(list, h->causes.count + 1, sizeof(*list), by_cells);
	return list;
}

/* "14 for userns, 3 for user" */
static void put_whos(const struct html *h, const struct html_view *v, size_t cause)
{
	_cleanup_free_ size_t *counts = calloc(v->who_count + 1, sizeof(*counts));
	size_t shown = 0;

	for (size_t r = 0; counts && r < v->part->row_count; r++)
		for (size_t i = 0; i < v->count; i++)
			if (cause_of(h,
				    table_at(&h->table, &v->part->rows[r],
					    v->columns[i])) == cause)
				counts[v->whos[i]]++;
	for (size_t who = 0; counts && who < v->who_count; who++) {
		if (!counts[who] || shown++ >= NAMES_MOST)
			continue;
		fprintf(h->out, "%s%zu for ", shown > 1 ? ", " : "", counts[who]);
		html_text(h->out, v->names[who]);
	}
}

/* What has this cause: a reference to each. */
static void put_caused(const struct html *h, const struct html_view *v, size_t cause)
{
	size_t all = 0;

	for (size_t r = 0; r < v->part->row_count; r++) {
		const struct table_row *row = &v->part->rows[r];
		uint32_t a = row->first;
		while (a != TABLE_NONE && cause_of(h, &h->table.answers[a]) != cause)
			a = h->table.answers[a].next;
		if (a == TABLE_NONE || all++ >= NAMES_MOST)
			continue;
		fprintf(h->out, "%s<a href=\"#a%u\">", all > 1 ? ", " : "", a);
		put_name(h->out, row);
		fputs("</a>", h->out);
	}
	if (all > NAMES_MOST)
		fprintf(h->out, " and %zu more", all - NAMES_MOST);
}

static int put_causes(const struct html *h, enum table_kind kind, enum look look)
{
	const struct html_view *v = &h->views[kind];
	char title[80];
	size_t all = 0;

	if (!v->rows[look])
		return 0;
	_cleanup_free_ struct caused *list = count_causes(h, v, look);
	if (!list)
		return -ENOMEM;
	while (all <= h->causes.count && list[all].cells)
		all++;
	if (!all)
		return 0;
	snprintf(title, sizeof(title), "%s: %s", html_looks[look].title, whats[kind]);
	heading(h, title, v->rows[look], html_looks[look].meaning);
	for (size_t i = 0; i < all && i < CAUSES_MOST; i++) {
		const struct html_cause *c = &h->causes.list[list[i].cause - 1];
		fprintf(h->out, "<li><b class=\"tile %c\">%zu</b> ",
			html_looks[look].letter, list[i].cells);
		html_text(h->out, c->text);
		fputs(" <span>(", h->out);
		put_whos(h, v, list[i].cause);
		fputs(")</span><small>", h->out);
		if (*c->remedy) {
			fputs("<b>Remedy:</b> ", h->out);
			html_text(h->out, c->remedy);
			fputs("<br>", h->out);
		}
		put_caused(h, v, list[i].cause);
		fputs("</small></li>\n", h->out);
	}
	ending(h, all, all < CAUSES_MOST ? all : CAUSES_MOST);
	return 0;
}

/* Is there a cell worse than denied, a sabotage not noticed, a guest without an end? */
static bool is_wrong(const struct html *h)
{
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		const struct html_view *v = &h->views[i];
		for (enum look look = 0; look < LOOK_EXCEPT; look++)
			if (v->rows[look])
				return true;
		for (size_t r = 0; r < v->part->row_count; r++)
			if (v->part->rows[r].missed)
				return true;
	}
	for (size_t i = 0; i < h->table.run_count; i++)
		if (is_shown(h, i))
			return true;
	return false;
}

static bool is_denied(const struct html *h)
{
	for (size_t i = 0; i < TABLE_COUNT; i++)
		if (h->views[i].rows[LOOK_DENIED])
			return true;
	return false;
}

static void put_all_rows(const struct html *h)
{
	put_rows(h, TABLE_CASES, LOOK_SILENT, html_looks[LOOK_SILENT].meaning);
	put_rows(h, TABLE_CASES, LOOK_FAIL, "the obligation is broken");
	put_rows(h, TABLE_PROFILES, LOOK_FAIL, "something they require is missing");
	put_rows(h, TABLE_PROBES, LOOK_FAIL,
		"the kernel offers it, and it does not do what it promises");
}

static int put_all_causes(const struct html *h, enum look look)
{
	int r = 0;

	for (size_t i = 0; i < TABLE_COUNT && r == 0; i++)
		r = put_causes(h, html_order[i], look);
	return r;
}

static void begin(const struct html *h, const char *title)
{
	fprintf(h->out,
		"<section id=\"wrong\" aria-labelledby=\"wrong-title\">\n"
		"<h2 id=\"wrong-title\">%s</h2>\n",
		title);
}

/* How it is. */
static int put_alone(const struct html *h)
{
	int r;

	if (!is_wrong(h) && !is_denied(h))
		return 0;
	begin(h, is_wrong(h) ? "What is wrong" : "What stands in the way");
	put_boots(h);
	put_all_rows(h);
	put_unproved(h);
	if ((r = put_all_causes(h, LOOK_ERROR)) < 0 ||
		(r = put_all_causes(h, LOOK_DENIED)) < 0)
		return r;
	fputs("</section>\n", h->out);
	return 0;
}

/* The same, but what is new or worse stands apart from what is known. */
static int put_against(const struct html *h)
{
	int r;

	begin(h,
		html_is_worse(h)      ? "What is wrong"
			: is_wrong(h) ? "What is known to be wrong"
				      : "What changed");
	put_boots(h);
	if ((r = html_changes_worse(h)) < 0)
		return r;
	put_unproved(h);
	if ((r = html_changes_known(h)) < 0 || (r = html_changes_other(h)) < 0 ||
		(r = put_all_causes(h, LOOK_DENIED)) < 0)
		return r;
	fputs("</section>\n", h->out);
	return 0;
}

static int put_diff(const struct html *h)
{
	int r;

	begin(h, "What changed");
	put_boots(h);
	if ((r = html_changes_worse(h)) < 0 || (r = html_changes_other(h)) < 0)
		return r;
	fputs("</section>\n", h->out);
	return 0;
}

int html_wrong(const struct html *h)
{
	size_t changed = 0;

	for (enum change c = CHANGE_REGRESSED; c < CHANGE_COUNT; c++)
		changed += h->table.changes[c];
	if (h->mode == HTML_ALONE)
		return put_alone(h);
	if (!changed && !is_wrong(h) && !is_denied(h))
		return 0;
	return h->mode == HTML_DIFF ? put_diff(h) : put_against(h);
}
