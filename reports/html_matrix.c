/* The matrix: a table for each part, a tile for each answer, which opens what was seen. */
#include <errno.h>
#include <string.h>

#include "fleet.h"
#include "html.h"

/* With more rows the page starts with those that are not all pass. */
#define ROWS_MOST 200

/* With more cells what is out of sight is not laid out. */
#define CELLS_MANY 10000

/* Widths that the style sheet knows: w1 to w20. */
#define SPAN_MOST 20

/* Of a group of equal runs. */
#define MEMBERS_MOST 40

static const char *const titles[] = { "Obligations of runtimes", "Answers of the kernel",
	"Workloads" };

static size_t rows_in(const struct html_view *v)
{
	size_t all = 0;

	for (enum look look = 0; look < LOOK_COUNT; look++)
		all += v->worst[look];
	return all;
}

/* --- the filter --- */

struct choice {
	char letter;
	const char *title, *meaning;
	size_t count;
	bool tile;
};

/* They stand beside the tables: what is checked is all that the style sheet needs. */
static void put_choice(FILE *f, const struct choice *c, bool checked)
{
	fprintf(f, "<input type=\"radio\" name=\"show\" id=\"show-%c\"%s>", c->letter,
		checked ? " checked" : "");
	fprintf(f, "<label for=\"show-%c\" title=\"%s\">", c->letter, c->meaning);
	if (c->tile)
		fprintf(f, "<i class=\"%c\"></i>", c->letter);
	fprintf(f, "%s <b>%zu</b></label>\n", c->title, c->count);
}

enum {
	CHOICE_ALL,
	CHOICE_OPEN,
	CHOICE_VARIED,
	CHOICE_CHANGED,
	CHOICE_LOOKS,
	CHOICE_CHANGES = CHOICE_LOOKS + LOOK_COUNT,
	CHOICE_COUNT = CHOICE_CHANGES + CHANGE_COUNT,
};

/* Of a comparison the changes are to be chosen from, of others how cells look. */
static void count_changes(const struct html_view *v, struct choice *list)
{
	for (enum change c = CHANGE_REGRESSED; c < CHANGE_COUNT; c++)
		list[CHOICE_CHANGES + c].count += v->change_rows[c];
}

static void count_choices(const struct html *h, struct choice *list)
{
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		const struct html_view *v = &h->views[i];
		list[CHOICE_ALL].count += rows_in(v);
		if (h->mode != HTML_ALONE)
			count_changes(v, list);
		if (h->mode == HTML_DIFF)
			continue;
		list[CHOICE_OPEN].count += rows_in(v) - v->only;
		list[CHOICE_VARIED].count += v->varied;
		list[CHOICE_CHANGED].count += v->changed;
		for (enum look look = 0; look < LOOK_COUNT; look++)
			if (look != LOOK_GONE || h->mode == HTML_ALONE)
				list[CHOICE_LOOKS + look].count += v->rows[look];
	}
	if (list[CHOICE_OPEN].count == list[CHOICE_ALL].count)
		list[CHOICE_OPEN].count = 0;
}

static void put_filter(const struct html *h)
{
	struct choice list[CHOICE_COUNT] = {
		[CHOICE_ALL] = { '0', "All rows", "each check that was asked" },
		[CHOICE_OPEN] = { 'n', "Not all pass", "at least one cell is no pass" },
		[CHOICE_VARIED] = { 'v', "Columns differ",
			"what one has another has not" },
		[CHOICE_CHANGED] = { 'c', "Changed",
			"not as in the run it is held against" },
	};

	for (enum look look = 0; look < LOOK_COUNT; look++)
		list[CHOICE_LOOKS + look] =
			(struct choice) { .letter = html_looks[look].letter,
				.title = html_looks[look].title,
				.meaning = html_looks[look].meaning,
				.tile = true };
	for (enum change c = CHANGE_REGRESSED; c < CHANGE_COUNT; c++)
		list[CHOICE_CHANGES + c] =
			(struct choice) { .letter = html_change_words[c].letter,
				.title = html_change_words[c].title,
				.meaning = html_change_words[c].meaning,
				.tile = true };
	count_choices(h, list);
	bool open = list[CHOICE_ALL].count > ROWS_MOST && list[CHOICE_OPEN].count;
	for (size_t i = 0; i < ARRAY_SIZE(list); i++)
		if (list[i].count || i == CHOICE_ALL)
			put_choice(
				h->out, &list[i], i == (open ? CHOICE_OPEN : CHOICE_ALL));
	fputs("<div id=\"tools\" hidden><label for=\"find\">Search</label>\n"
	      "<input type=\"search\" id=\"find\" autocomplete=\"off\" "
	      "placeholder=\"name, obligation, cause\">\n"
	      "<output id=\"shown\" for=\"find\"></output></div>\n",
		h->out);
}

/* --- the columns --- */

/* How many columns from `i` on have its title. */
static size_t span_of(const struct html_view *v, size_t i)
{
	size_t end = i + 1;

	while (end < v->count && end - i < SPAN_MOST &&
		!strcmp(html_column(v, end)->title, html_column(v, i)->title))
		end++;
	return end - i;
}

static void put_column_title(
	FILE *f, const struct html *h, const struct html_view *v, size_t i, size_t span)
{
	const struct table_column *c = html_column(v, i);
	const struct table_run *run = &h->table.runs[c->run];

	fprintf(f, "<th colspan=\"%zu\" scope=\"colgroup\" class=\"w%zu\"><span>", span,
		span);
	html_text(f, c->title);
	if (h->grouped && run->count > 1)
		fprintf(f, " <b>and %zu like it</b>", run->count - 1);
	fputs("</span></th>", f);
}

/* "68/87": of obligations those that were judged, of the rest all; a percentage if tight. */
static void put_total(FILE *f, const struct html_view *v, const struct table_column *c)
{
	size_t pass = c->counts[OUTCOME_PASS], all = 0;

	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		if (v->kind != TABLE_CASES || i == OUTCOME_PASS || i == OUTCOME_FAIL)
			all += c->counts[i];
	if (v->tight)
		fprintf(f, "<td>%zu</td>", all ? 100 * pass / all : 0);
	else
		fprintf(f, "<td>%zu/%zu</td>", pass, all);
}

static void put_totals(FILE *f, const struct html_view *v)
{
	fprintf(f, "<tr class=\"total\"><th scope=\"row\">%s</th>",
		v->tight                         ? "percent that pass"
			: v->kind == TABLE_CASES ? "kept, of those judged"
						 : "pass");
	for (size_t i = 0; i < v->count; i++)
		put_total(f, v, html_column(v, i));
	fputs("</tr>\n", f);
}

static void put_columns(const struct html *h, const struct html_view *v)
{
	FILE *f = h->out;

	fputs("<thead>\n<tr><td></td>", f);
	for (size_t i = 0, span; i < v->count; i += span) {
		span = span_of(v, i);
		put_column_title(f, h, v, i, span);
	}
	fputs("</tr>\n<tr class=\"who\"><td></td>", f);
	for (size_t i = 0; i < v->count; i++) {
		const struct table_column *c = html_column(v, i);
		fputs("<th scope=\"col\"><span>", f);
		html_text(f, *c->who ? c->who : "-");
		fputs(*h->table.runs[c->run].trouble ? " <b>no end</b>" : "", f);
		fputs("</span></th>", f);
	}
	fputs("</tr>\n", f);
	if (h->mode != HTML_DIFF)
		put_totals(f, v);
	fputs("</thead>\n", f);
}

/* --- the rows --- */

/* `first`: what it is. Then what there is in it, for the filter. */
static void put_classes(FILE *f, const struct html_row *r, const char *first)
{
	fprintf(f, " class=\"%s", first);
	for (enum look look = 0; look < LOOK_COUNT; look++)
		if (r->looks >> look & 1)
			fprintf(f, " %c", html_looks[look].letter);
	fputs(r->looks != 1u << LOOK_PASS ? " n" : "", f);
	fputs(r->varied ? " v" : "", f);
	fputs(r->changed ? " c" : "", f);
	for (enum change c = CHANGE_REGRESSED; c < CHANGE_COUNT; c++)
		if (r->changes >> c & 1)
			fprintf(f, " %c", html_change_words[c].letter);
	fputs("\"", f);
}

static void put_cell(
	FILE *f, const struct html *h, enum table_kind kind, const struct table_answer *a)
{
	static const char *const changes[CHANGE_COUNT] = {
		[CHANGE_REGRESSED] = ", regressed",
		[CHANGE_UNKNOWN] = ", was known",
		[CHANGE_FIXED] = ", fixed",
		[CHANGE_OTHER] = ", changed",
		[CHANGE_CAUSE] = ", other cause",
		[CHANGE_NEW] = ", new",
	};

	if (!a) {
		fputs("<td></td>", f);
		return;
	}
	const char *change = changes[a->change];
	fprintf(f, "<td><a class=\"%c%s\" href=\"#a%zu\">%s%s</a></td>",
		html_looks[html_look_of(a)].letter, change ? " c" : "",
		(size_t)(a - h->table.answers), html_word(kind, a), change ? change : "");
}

static size_t area_length(const char *name)
{
	const char *slash = strchr(name, '/');

	return slash ? slash - name : 0;
}

static void put_row(const struct html *h, const struct html_view *v,
	const struct table_row *row, const struct html_row *r)
{
	FILE *f = h->out;
	const struct html_id id = html_id(v->kind, row->name, row->subject);
	size_t area = area_length(row->name);

	fputs("<tr", f);
	put_classes(f, r, "r");
	fprintf(f, "><th scope=\"row\"><a id=\"m%s\" href=\"#%s\">", id.text, id.text);
	html_text(f, row->name + (area ? area + 1 : 0));
	fputs("</a>", f);
	if (*row->subject) {
		fputs(" <span>on ", f);
		html_text(f, row->subject);
		fputs("</span>", f);
	}
	if (row->missed)
		fputs(" <b>not proved</b>", f);
	fputs(" <small>", f);
	html_text(f, row->about);
	fputs("</small></th>", f);
	for (size_t i = 0; i < v->count; i++)
		put_cell(f, h, v->kind, table_at(&h->table, row, v->columns[i]));
	fputs("</tr>\n", f);
}

static bool same_area(const struct table_row *a, const struct table_row *b)
{
	size_t length = area_length(a->name);

	return length == area_length(b->name) && !strncmp(a->name, b->name, length);
}

/* The rows of one area, from `i` on; returns the place behind them. */
static size_t put_area(const struct html *h, const struct html_view *v, size_t i)
{
	const struct table_row *rows = v->part->rows, *first = &rows[i];
	struct html_row all = { .looks = 0 };
	size_t end = i;

	for (; end < v->part->row_count && same_area(first, &rows[end]); end++) {
		const struct html_row r = html_row_of(&h->table, v, &rows[end]);
		all.looks |= r.looks;
		all.changes |= r.changes;
		all.varied = all.varied || r.varied;
		all.changed = all.changed || r.changed;
	}
	if (!all.looks)
		return end;
	fputs("<tbody", h->out);
	put_classes(h->out, &all, "b");
	fputs(">\n", h->out);
	if (area_length(first->name)) {
		_cleanup_free_ char *area =
			strndup(first->name, area_length(first->name));
		fprintf(h->out,
			"<tr class=\"area\"><th colspan=\"%zu\" scope=\"rowgroup\">",
			v->count + 1);
		html_text(h->out, area ? area : "");
		fputs("</th></tr>\n", h->out);
	}
	for (; i < end; i++) {
		const struct html_row r = html_row_of(&h->table, v, &rows[i]);
		if (r.looks)
			put_row(h, v, &rows[i], &r);
	}
	fputs("</tbody>\n", h->out);
	return end;
}

static void put_table(const struct html *h, const struct html_view *v)
{
	fprintf(h->out, "<h3>%s</h3>\n", titles[v->kind]);
	if (v->left_out)
		fprintf(h->out,
			"<p>%zu more columns are not shown: the records have them.</p>\n",
			v->left_out);
	fprintf(h->out,
		"<section class=\"scroll\" aria-label=\"%s\" tabindex=\"0\">\n"
		"<table class=\"matrix%s%s\">\n<caption>%s: %zu checks, %zu column%s</caption>\n",
		titles[v->kind], v->tight ? " tight" : "",
		v->count * rows_in(v) > CELLS_MANY ? " large" : "", titles[v->kind],
		rows_in(v), v->count, v->count == 1 ? "" : "s");
	put_columns(h, v);
	for (size_t i = 0; i < v->part->row_count;)
		i = put_area(h, v, i);
	fputs("</table>\n</section>\n", h->out);
}

/* "6.12 and 37 like it: node-001..node-038". 0 or -ENOMEM. */
static int put_group(const struct html *h, size_t first, char *const *names)
{
	const struct table *t = &h->table;
	size_t count = t->runs[first].count, n = 0;
	_cleanup_free_ char **members = calloc(count, sizeof(*members));

	for (size_t k = first; members && k < t->run_count; k++)
		if (t->runs[k].like == first && n < count)
			members[n++] = names[k];
	_cleanup_free_ char *ranges =
		members ? fleet_ranges(members, n, MEMBERS_MOST) : NULL;
	if (!ranges)
		return -ENOMEM;
	fputs("<li><b>", h->out);
	html_run(h, h->out, &t->runs[first]);
	fprintf(h->out, "</b> and %zu like it: ", count - 1);
	html_text(h->out, ranges);
	fputs("</li>\n", h->out);
	return 0;
}

static int put_groups(const struct html *h)
{
	const struct table *t = &h->table;
	char **names = calloc(t->run_count + 1, sizeof(*names));
	int r = names ? fleet_names(t, names) : -ENOMEM;

	fprintf(h->out,
		"<p class=\"means\">%zu runs: those with the same verdicts share a column.</p>\n"
		"<ul class=\"groups\">\n",
		t->run_count);
	for (size_t i = 0; i < t->run_count && r == 0; i++)
		if (t->runs[i].like == i && t->runs[i].count > 1)
			r = put_group(h, i, names);
	fputs("</ul>\n", h->out);
	for (size_t i = 0; names && i < t->run_count; i++)
		free(names[i]);
	free(names);
	return r;
}

int html_matrix(const struct html *h)
{
	bool any = false;

	for (size_t i = 0; i < TABLE_COUNT; i++)
		any = any || rows_in(&h->views[i]);
	fputs("<section id=\"matrix\" aria-labelledby=\"matrix-title\">\n"
	      "<h2 id=\"matrix-title\">The matrix</h2>\n",
		h->out);
	if (any) {
		fprintf(h->out,
			"<p class=\"means\">A tile is an answer: it opens what was asked and "
			"what came back. Where there is none, it %s.</p>\n",
			h->mode == HTML_DIFF ? "is the same as before, or was not asked"
					     : "was not asked");
		put_filter(h);
	} else {
		fputs("<p>There is no answer of a probe or a case.</p>\n", h->out);
	}
	int r = h->grouped ? put_groups(h) : 0;
	if (r < 0)
		return r;
	for (size_t i = 0; i < TABLE_COUNT; i++)
		if (rows_in(&h->views[html_order[i]]))
			put_table(h, &h->views[html_order[i]]);
	fputs("</section>\n", h->out);
	return ferror(h->out) ? -EIO : 0;
}
