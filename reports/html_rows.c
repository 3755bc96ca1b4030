/* The evidence: for each check what was asked, each distinct answer, and how to see it again. */
#include <errno.h>
#include <string.h>

#include "html.h"

static void put_name(FILE *f, const struct table_row *row)
{
	html_text(f, row->name);
	if (*row->subject) {
		fputs(" <span>on ", f);
		html_text(f, row->subject);
		fputs("</span>", f);
	}
}

static void put_asked(FILE *f, enum table_kind kind, const struct table_row *row)
{
	static const char *const levels[] = { "must", "asked", "workload" };

	fputs("<p class=\"asked\"><b>", f);
	html_text(f, *row->level ? row->level : levels[kind]);
	fputs("</b> ", f);
	html_text(f, row->about);
	fputs("</p>\n<dl>\n", f);
	html_item(f, "clause", row->spec);
	html_item(f, "since", row->since);
	html_item(f, "manual", row->man);
	html_item(f, "built with", row->kconfig);
	html_item(f, "source", row->source);
	html_item(f, "fixture", row->file);
	if (row->proofs)
		fprintf(f, "<dt>proved</dt><dd>noticed %u of %u sabotages</dd>\n",
			row->proofs - row->missed, row->proofs);
	fputs("</dl>\n", f);
}

/* --- how to see it again --- */

static void put_arguments(
	FILE *f, const struct html_view *v, const struct table_row *row, const char *who)
{
	static const char *const verbs[] = { "run", "probe", "preflight" };
	bool viewpoint = v->kind == TABLE_PROBES && *who && strcmp(who, "root") != 0 &&
		strcmp(who, "user") != 0;

	fputs(verbs[v->kind], f);
	if (viewpoint) {
		fputs(" --from ", f);
		html_shell(f, who);
	}
	if (*row->subject && v->kind == TABLE_PROBES) {
		fputs(" --path ", f);
		html_shell(f, row->subject);
	}
	putc(' ', f);
	html_shell(f, row->name);
}

/* In a guest the kernel is for the reader to name: only its package is known. */
static void put_command(const struct html *h, const struct html_view *v,
	const struct table_row *row, const struct table_column *c)
{
	const struct table_run *run = &h->table.runs[c->run];
	const char *runtime = *run->runtime ? run->runtime : c->who;
	bool guest = *run->accel;

	/* What begins so would be taken for an option. */
	if (*row->name == '-')
		return;
	fputs("<dt>again</dt><dd><pre class=\"cmd\">plimsoll ", h->out);
	if (guest)
		fputs("boot KERNEL ", h->out);
	if (guest && v->kind == TABLE_CASES) {
		fputs("--runtime ", h->out);
		html_shell(h->out, runtime);
		putc(' ', h->out);
	}
	fputs(guest ? "-- " : "", h->out);
	if (!guest && v->kind == TABLE_CASES) {
		fputs("run --runtime ", h->out);
		html_shell(h->out, c->who);
		putc(' ', h->out);
		html_shell(h->out, row->name);
	} else {
		put_arguments(h->out, v, row, c->who);
	}
	fputs("</pre></dd>\n", h->out);
}

/* --- answers --- */

/* The first column that is shown and has this answer; NULL if none has. */
static const struct table_column *column_with(const struct html *h,
	const struct html_view *v, const struct table_row *row, uint32_t answer)
{
	for (size_t i = 0; i < v->count; i++)
		if (v->columns[i] < row->room &&
			row->cells[v->columns[i]].answer == answer)
			return html_column(v, i);
	return NULL;
}

/* `at`: which of the row's it is, from 1. */
static int put_answer(const struct html *h, const struct html_view *v,
	const struct table_row *row, uint32_t number, size_t at)
{
	const struct table_answer *a = &h->table.answers[number];
	const struct table_column *c = column_with(h, v, row, number);
	enum look look = html_look_of(a);

	fprintf(h->out,
		"<section class=\"answer n%zu\"><h4><b class=\"tile %c\">%s</b><span>",
		at, html_looks[look].letter, html_word(v->kind, a));
	html_where(h->out, &h->table, v, row, a, look);
	fputs("</span></h4>\n<dl>\n", h->out);
	int r = table_evidence(&h->table, a, h->out);
	put_command(h, v, row, c);
	fputs("</dl></section>\n", h->out);
	return r;
}

static int put_missed(const struct html *h, uint32_t number, size_t at)
{
	fprintf(h->out,
		"<section class=\"answer n%zu\"><h4><b class=\"tile f\">not proved</b></h4>\n"
		"<dl>\n",
		at);
	int r = table_evidence(&h->table, &h->table.answers[number], h->out);
	fputs("</dl></section>\n", h->out);
	return r;
}

/* The answers of a row that are shown: the worst first, then what was not proved. */
struct shown {
	uint32_t *list;
	size_t count, missed;
};

static void add_shown(struct shown *s, const struct html *h, const struct html_view *v,
	const struct table_row *row, enum look look)
{
	for (uint32_t a = row->first; a != TABLE_NONE; a = h->table.answers[a].next)
		if (html_look_of(&h->table.answers[a]) == look &&
			column_with(h, v, row, a))
			s->list[s->count++] = a;
}

static int find_shown(struct shown *s, const struct html *h, const struct html_view *v,
	const struct table_row *row)
{
	const struct table_answer *answers = h->table.answers;
	size_t room = 1;

	for (uint32_t a = row->first; a != TABLE_NONE; a = answers[a].next)
		room++;
	for (uint32_t a = row->missed_first; a != TABLE_NONE; a = answers[a].next)
		room++;
	*s = (struct shown) { .list = calloc(room, sizeof(*s->list)) };
	if (!s->list)
		return -ENOMEM;
	for (enum look look = 0; look < LOOK_COUNT; look++)
		add_shown(s, h, v, row, look);
	for (uint32_t a = row->missed_first; a != TABLE_NONE; a = answers[a].next)
		s->list[s->count + s->missed++] = a;
	return 0;
}

/*
 * References lead to what stands before the article: so the style sheet can show it, and knows
 * which of its answers is meant.
 */
static void begin_article(const struct html *h, const struct shown *s, bool bad,
	const char *id, const char *back)
{
	fputs("<div>", h->out);
	for (size_t i = 0; i < s->count + s->missed; i++)
		fprintf(h->out, "<i id=\"a%u\"></i>", s->list[i]);
	fprintf(h->out,
		"<article class=\"ev%s\" id=\"%s\" aria-labelledby=\"t%s\">\n"
		"<a class=\"back\" href=\"#%s\">Back</a>\n<h3 id=\"t%s\">",
		bad ? " bad" : "", id, id, back, id);
}

static int put_article(const struct html *h, const struct html_view *v,
	const struct table_row *row, const struct shown *s)
{
	const struct html_id id = html_id(v->kind, row->name, row->subject);
	const struct html_row r = html_row_of(&h->table, v, row);
	char back[sizeof(id.text) + 8];
	int error = 0;

	snprintf(back, sizeof(back), "%s%s", r.looks ? "m" : "wrong",
		r.looks ? id.text : "");
	begin_article(h, s, row->missed || r.looks != 1u << LOOK_PASS, id.text, back);
	put_name(h->out, row);
	if (*row->id) {
		fputs(" <small>", h->out);
		html_text(h->out, row->id);
		fputs("</small>", h->out);
	}
	fputs("</h3>\n", h->out);
	put_asked(h->out, v->kind, row);
	for (size_t i = 0; i < s->count && error == 0; i++)
		error = put_answer(h, v, row, s->list[i], i + 1);
	for (size_t i = s->count; i < s->count + s->missed && error == 0; i++)
		error = put_missed(h, s->list[i], i + 1);
	fputs("</article></div>\n", h->out);
	return error;
}

static int put_row(
	const struct html *h, const struct html_view *v, const struct table_row *row)
{
	struct shown s;

	int r = find_shown(&s, h, v, row);
	if (r == 0 && s.count + s.missed)
		r = put_article(h, v, row, &s);
	free(s.list);
	return r;
}

/* A guest that came to no good end. */
static int put_boot(const struct html *h, size_t i)
{
	struct table_run *run = &h->table.runs[i];
	const struct shown s = { &run->boot, 1, 0 };
	char id[24];

	if (run->boot == TABLE_NONE || run->like != i)
		return 0;
	snprintf(id, sizeof(id), "b%zu", i);
	begin_article(h, &s, true, id, "wrong");
	fputs("Boot of ", h->out);
	html_run(h, h->out, run);
	fputs(*run->runtime ? " <span>with " : "", h->out);
	html_text(h->out, run->runtime);
	fputs(*run->runtime ? "</span>" : "", h->out);
	fputs("</h3>\n<section class=\"answer n1\"><h4><b class=\"tile e\">error</b></h4>\n"
	      "<dl>\n",
		h->out);
	html_item(h->out, "kernel", run->release);
	int r = table_evidence(&h->table, &h->table.answers[run->boot], h->out);
	fputs("</dl></section>\n</article></div>\n", h->out);
	return r;
}

int html_rows(const struct html *h)
{
	int r = 0;

	fputs("<section id=\"evidence\" aria-labelledby=\"evidence-title\">\n"
	      "<h2 id=\"evidence-title\">Evidence</h2>\n"
	      "<p class=\"means\">A tile of the matrix opens it here, beside it.</p>\n",
		h->out);
	for (size_t i = 0; i < h->table.run_count && r == 0; i++)
		r = put_boot(h, i);
	for (size_t k = 0; k < TABLE_COUNT; k++)
		for (size_t i = 0; i < h->table.parts[k].row_count && r == 0; i++)
			r = put_row(h, &h->views[k], &h->table.parts[k].rows[i]);
	fputs("</section>\n", h->out);
	return r;
}
