/* Where the time went: a strip for each run, and the slowest checks. */
#include <errno.h>
#include <string.h>

#include "html.h"

#define SLOWEST_MOST 10

/* What can be told apart in a strip; with many runs they are lower, and fewer suffice. */
#define SEGMENTS_MOST    300
#define SEGMENTS_OF_MANY 100
#define RUNS_MANY        8
#define WIDTH            1000.0

struct segment {
	uint32_t number; /* of the record in its run */
	uint32_t checks; /* that are merged in it */
	float ms;
	enum look look;
	const struct table_row *row;
	const struct html_view *view;
	size_t column; /* as shown */
	uint32_t answer;
};

struct strip {
	struct segment *list;
	size_t count, run;
	double ms; /* all of it */
};

static int by_number(const void *a, const void *b)
{
	const struct segment *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

static size_t columns_of(const struct html_view *v, size_t run)
{
	size_t count = 0;

	for (size_t i = 0; i < v->count; i++)
		count += html_column(v, i)->run == run;
	return count;
}

static void gather_column(
	struct strip *s, const struct html *h, const struct html_view *v, size_t column)
{
	for (size_t r = 0; r < v->part->row_count; r++) {
		const struct table_row *row = &v->part->rows[r];
		const struct table_answer *a =
			table_at(&h->table, row, v->columns[column]);
		if (!a || !(row->cells[v->columns[column]].ms > 0))
			continue;
		const struct table_cell *cell = &row->cells[v->columns[column]];
		s->list[s->count++] = (struct segment) {
			.number = cell->number,
			.checks = 1,
			.ms = cell->ms,
			.look = html_look_of(a),
			.row = row,
			.view = v,
			.column = column,
			.answer = cell->answer,
		};
		s->ms += cell->ms;
	}
}

static int gather(struct strip *s, const struct html *h, size_t run)
{
	size_t room = 1;

	*s = (struct strip) { .run = run };
	for (size_t k = 0; k < TABLE_COUNT; k++)
		room += columns_of(&h->views[k], run) * h->views[k].part->row_count;
	s->list = calloc(room, sizeof(*s->list));
	if (!s->list)
		return -ENOMEM;
	for (size_t k = 0; k < TABLE_COUNT; k++)
		for (size_t i = 0; i < h->views[k].count; i++)
			if (html_column(&h->views[k], i)->run == run)
				gather_column(s, h, &h->views[k], i);
	qsort(s->list, s->count, sizeof(*s->list), by_number);
	return 0;
}

/* Neighbours that look alike become one; so do those too small to be seen. */
static void merge(struct strip *s, size_t most)
{
	double least = s->ms / most;
	size_t to = 0;

	if (s->count <= most)
		return;
	for (size_t i = 1; i < s->count; i++) {
		struct segment *before = &s->list[to], *at = &s->list[i];
		bool small = before->ms < least && at->ms < least;
		if (!small && (before->look != at->look || at->ms > least)) {
			s->list[++to] = *at;
			continue;
		}
		before->ms += at->ms;
		before->checks++;
		before->look = at->look < before->look ? at->look : before->look;
	}
	s->count = to + 1;
}

/* --- the strips --- */

static void put_ms(FILE *f, double ms)
{
	if (ms >= 100000)
		fprintf(f, "%.0f s", ms / 1000);
	else if (ms >= 1000)
		fprintf(f, "%.1f s", ms / 1000);
	else if (ms >= 10)
		fprintf(f, "%.0f ms", ms);
	else
		fprintf(f, "%.1f ms", ms);
}

static void put_segment(FILE *f, const struct segment *g, double at, double scale)
{
	fprintf(f,
		"<rect class=\"%c\" x=\"%.2f\" y=\"0\" width=\"%.2f\" height=\"10\">"
		"<title>",
		html_looks[g->look].letter, at * scale, g->ms * scale);
	if (g->checks > 1)
		fprintf(f, "%u checks", g->checks);
	else
		html_text(f, g->row->name);
	fputs(", ", f);
	put_ms(f, g->ms);
	fputs("</title></rect>", f);
}

static void put_label(const struct html *h, const struct table_run *run)
{
	FILE *f = h->out;

	html_run(h, f, run);
	if (*run->runtime) {
		fputs(" with ", f);
		html_text(f, run->runtime);
	}
}

static void put_strip(
	const struct html *h, const struct strip *s, size_t checks, double scale)
{
	const struct table_run *run = &h->table.runs[s->run];
	double at = 0;

	fputs("<li><span>", h->out);
	put_label(h, run);
	fputs("</span><svg viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" role=\"img\" "
	      "aria-label=\"",
		h->out);
	put_label(h, run);
	fprintf(h->out, ": %zu checks, one after another\">", checks);
	for (size_t i = 0; i < s->count; i++) {
		put_segment(h->out, &s->list[i], at, scale);
		at += s->list[i].ms;
	}
	fputs("</svg><b>", h->out);
	put_ms(h->out, s->ms);
	fputs("</b></li>\n", h->out);
}

static int put_strips(const struct html *h, double longest)
{
	size_t most = h->table.run_count > RUNS_MANY ? SEGMENTS_OF_MANY : SEGMENTS_MOST;
	int r = 0;

	fputs("<ol class=\"time\">\n", h->out);
	for (size_t i = 0; i < h->table.run_count && r == 0; i++) {
		struct strip s;
		if ((r = gather(&s, h, i)) < 0)
			break;
		size_t checks = s.count;
		merge(&s, most);
		if (checks)
			put_strip(h, &s, checks, WIDTH / longest);
		free(s.list);
	}
	fputs("</ol>\n", h->out);
	return r;
}

/* --- the slowest --- */

struct slowest {
	struct segment list[SLOWEST_MOST];
	size_t count;
};

static void note(struct slowest *s, const struct segment *g)
{
	size_t i = s->count < SLOWEST_MOST ? s->count++ : SLOWEST_MOST - 1;

	if (i == SLOWEST_MOST - 1 && s->list[i].row && s->list[i].ms >= g->ms)
		return;
	for (; i > 0 && s->list[i - 1].ms < g->ms; i--)
		s->list[i] = s->list[i - 1];
	s->list[i] = *g;
}

static void put_slowest(const struct html *h, const struct slowest *s)
{
	fputs("<h3>The slowest</h3>\n<ol class=\"slowest\">\n", h->out);
	for (size_t i = 0; i < s->count; i++) {
		const struct segment *g = &s->list[i];
		const struct table_column *c = html_column(g->view, g->column);
		fprintf(h->out, "<li><b>");
		put_ms(h->out, g->ms);
		fprintf(h->out, "</b> <a href=\"#a%u\">", g->answer);
		html_text(h->out, g->row->name);
		fputs("</a> <span>", h->out);
		html_text(h->out, g->view->who_count > 1 ? c->who : "");
		fputs(h->table.run_count > 1 ? " on " : "", h->out);
		html_text(h->out, h->table.run_count > 1 ? c->title : "");
		fputs("</span></li>\n", h->out);
	}
	fputs("</ol>\n", h->out);
}

int html_time(const struct html *h)
{
	struct slowest slowest = { .count = 0 };
	double longest = 0;

	for (size_t i = 0; i < h->table.run_count && !h->grouped; i++) {
		struct strip s;
		int r = gather(&s, h, i);
		if (r < 0)
			return r;
		for (size_t k = 0; k < s.count; k++)
			note(&slowest, &s.list[k]);
		longest = s.ms > longest ? s.ms : longest;
		free(s.list);
	}
	if (h->grouped ? h->table.run_count <= HTML_RUNS_MOST : !slowest.count)
		return 0;
	fputs("<section id=\"time\" aria-labelledby=\"time-title\">\n"
	      "<h2 id=\"time-title\">The time it took</h2>\n",
		h->out);
	int r = 0;
	if (h->grouped) {
		fprintf(h->out,
			"<p class=\"means\">Not shown for more than %d runs.</p>\n",
			HTML_RUNS_MOST);
	} else {
		fputs("<p class=\"means\">A strip for each run: its checks in the order in "
		      "which they ended, as wide as each took. All strips have one scale, the "
		      "sum of their checks; those asked at the same time count each for "
		      "itself.</p>\n",
			h->out);
		r = put_strips(h, longest);
		put_slowest(h, &slowest);
	}
	fputs("</section>\n", h->out);
	return r;
}
