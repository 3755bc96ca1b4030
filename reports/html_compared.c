/* With what the runs were compared, and what it comes to. */
#include <errno.h>
#include <string.h>

#include "gate.h"
#include "html.h"
#include "text.h"

/* Of a kind: the rest is counted. */
#define LINES_MOST 8

/* Wider than any line, so that none is wrapped. */
#define WIDE 1000000

static int add_line(struct html_lines *l, const char *text)
{
	if (!*text || (l->seen && json_object_get(l->seen, text)))
		return 0;
	if (!l->seen && !(l->seen = json_object()))
		return -ENOMEM;
	if (l->count++ >= LINES_MOST)
		return 0;
	return json_object_set_new(l->seen, text, json_true());
}

/* The lines that the format "text" begins with: kernels, times, what was asked otherwise. */
static int add_lines(struct html *h, char *text)
{
	char *rest = text, *line;

	for (size_t i = 0; i < HTML_LINES && (line = strsep(&rest, "\n")); i++)
		if (add_line(&h->compared[i], line) < 0)
			return -ENOMEM;
	return 0;
}

static int add_gone(struct html *h, const struct record *env)
{
	_cleanup_free_ char *release = page_line(env_text(env, "kernel", "release"), 0);
	_cleanup_free_ char *text = NULL;

	if (!release ||
		asprintf(&text, "Linux %s: only the other run had it", release) < 0)
		return -ENOMEM;
	return add_line(&h->compared[HTML_KERNELS], text);
}

int html_compared_add(struct html *h, const struct record *env)
{
	struct record rec = *env;
	const struct run run = { .recs = &rec, .count = 1 };
	_cleanup_free_ char *text = NULL;
	size_t size;

	if (text_compared(&run) == TEXT_GONE)
		return add_gone(h, env);
	if (text_compared(&run) != TEXT_COMPARED)
		return 0;
	struct page p = { .columns = WIDE };
	if (!(p.out = open_memstream(&text, &size)))
		return -ENOMEM;
	int r = text_compared_header(&p, &run);
	if (fclose(p.out) == EOF || r < 0)
		return -ENOMEM;
	return add_lines(h, text);
}

void html_compared_free(struct html *h)
{
	for (size_t i = 0; i < HTML_LINES; i++)
		json_decref(h->compared[i].seen);
}

/* --- counts --- */

static void count_answer(struct html_worse *w, const struct table_answer *a, size_t times)
{
	const struct record rec = { .type = RECORD_CASE,
		.outcome = a->outcome,
		.kind = a->kind,
		.change = a->change };
	enum gate gate = gate_of(&rec);

	if (a->change == CHANGE_REGRESSED || a->change == CHANGE_UNKNOWN)
		return;
	w->fails += gate == GATE_FAIL ? times : 0;
	w->errors += gate == GATE_ERROR ? times : 0;
	w->known += gate == GATE_KNOWN ? times : 0;
}

static void count_part(
	struct html_worse *w, const struct table *t, const struct table_part *part)
{
	for (size_t r = 0; r < part->row_count; r++) {
		const struct table_row *row = &part->rows[r];
		for (size_t c = 0; c < part->column_count; c++)
			if (table_at(t, row, c))
				count_answer(w, table_at(t, row, c), 1);
		for (uint32_t a = row->missed_first; a != TABLE_NONE;
			a = t->answers[a].next)
			count_answer(w, &t->answers[a], t->answers[a].count);
	}
}

/* Records may say what changed without saying since when. */
static bool is_marked(const struct table *t)
{
	for (enum change c = CHANGE_SAME; c < CHANGE_COUNT; c++)
		if (t->changes[c])
			return true;
	return false;
}

/* What was not compared fails as it does: then the page is no mere list of changes. */
void html_compared_count(struct html *h)
{
	const struct table *t = &h->table;
	size_t alone = 0;

	for (size_t i = 0; i < TABLE_COUNT; i++)
		alone += h->views[i].changes[CHANGE_NONE];
	if (t->is_diff && !t->is_against && !alone)
		h->mode = HTML_DIFF;
	else if (t->is_diff || t->is_against || is_marked(t))
		h->mode = HTML_AGAINST;
	if (h->mode == HTML_ALONE)
		return;
	h->worse = (struct html_worse) { .regressed = t->changes[CHANGE_REGRESSED],
		.unknown = t->changes[CHANGE_UNKNOWN] };
	for (size_t i = 0; i < TABLE_COUNT; i++)
		count_part(&h->worse, t, &t->parts[i]);
}

/* --- on the page --- */

void html_compared(const struct html *h)
{
	static const char *const classes[HTML_LINES] = { "lede", "means", "means" };

	for (size_t i = 0; i < HTML_LINES; i++) {
		const struct html_lines *l = &h->compared[i];
		const char *before = "", *text;
		json_t *value;
		if (!l->count)
			continue;
		fprintf(h->out, "<p class=\"%s\">", classes[i]);
		json_object_foreach(l->seen, text, value) {
			fputs(before, h->out);
			html_cut(h->out, text, 0);
			before = "<br>";
		}
		if (l->count > LINES_MOST)
			fprintf(h->out, "<br>and %zu more", l->count - LINES_MOST);
		fputs("</p>\n", h->out);
	}
}
