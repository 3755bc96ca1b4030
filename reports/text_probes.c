/* The probes of a run: one row for each question, one column for each asker. */
#include <errno.h>
#include <string.h>

#include "text_table.h"

/* From so many rows on that share a cause, each is one line. */
#define MANY_ROWS 4

/* With more, only what is wrong is shown in full. */
#define ROWS_MOST 60

#define NAME_WIDTH_MOST 30

static const struct {
	enum outcome outcome;
	const char *title, *meaning;
} sections[] = {
	{ OUTCOME_FAIL, "FAIL",
		"the kernel offers it, and it does not do what it promises" },
	{ OUTCOME_ERROR, "ERROR", "we failed to ask: nothing is known" },
	{ OUTCOME_DENIED, "DENIED",
		"a policy refused the question: the kernel may well have it" },
	{ OUTCOME_ABSENT, "ABSENT", "this kernel does not offer it" },
};

static char *get_seen(const struct record *rec)
{
	return record_seen(rec);
}

static char *get_cause(const struct record *rec)
{
	return strdup(rec->cause);
}

static char *get_remedy(const struct record *rec)
{
	return strdup(rec->remedy);
}

static bool is_trouble(const struct record *cell)
{
	return cell && cell->outcome != OUTCOME_PASS;
}

/*
 * Need it be said who saw this? Not if all in trouble say the same, nor if it is about
 * the very answer that the row is listed for, and there is no other.
 */
static bool names_asker(const struct table *t, const struct row *row, const char *text,
	char *(*get)(const struct record *))
{
	bool about_worst = true, alone = true;

	for (size_t i = 0; i < t->asker_count; i++) {
		if (!is_trouble(row->cells[i]))
			continue;
		_cleanup_free_ char *other = get(row->cells[i]);
		if (!other || (*other && strcmp(text, other) != 0))
			return true;
		alone = alone && *other;
		if (*other && row->cells[i]->outcome != row->worst)
			about_worst = false;
	}
	return !alone && !about_worst;
}

/* One item if all askers say the same; otherwise one line each, with the asker. */
static void say(const struct page *p, const struct table *t, const struct row *row,
	const char *label, char *(*get)(const struct record *))
{
	for (size_t i = 0; i < t->asker_count; i++) {
		_cleanup_free_ char *own = NULL;
		if (!is_trouble(row->cells[i]))
			continue;
		_cleanup_free_ char *text = get(row->cells[i]);
		if (!text || !*text)
			continue;
		if (!names_asker(t, row, text, get)) {
			page_item(p, label, text);
			return;
		}
		if (asprintf(&own, "(%s) %s", t->askers[i], text) > 0)
			page_item(p, label, own);
		label = "";
	}
}

/* What would have to be there, unless the remedy has said it. */
static void say_offer(const struct page *p, const struct row *row)
{
	const char *since = record_text(row->first, "since");
	const char *kconfig = record_text(row->first, "kconfig");
	_cleanup_free_ char *offer = NULL;

	if (row->worst != OUTCOME_ABSENT || strstr(row->why, since))
		since = "";
	if (row->worst != OUTCOME_ABSENT || strstr(row->why, kconfig))
		kconfig = "";
	if (asprintf(&offer, "%s%s%s%s", *since ? "since Linux " : "", since,
		    *kconfig ? (*since ? ", with " : "with ") : "", kconfig) > 0)
		page_item(p, "offered", offer);
}

static const struct record *worst_cell(const struct table *t, const struct row *row)
{
	for (size_t i = 0; i < t->asker_count; i++)
		if (row->cells[i] && row->cells[i]->outcome == row->worst)
			return row->cells[i];
	return row->first;
}

/* Renders a row's items beforehand: rows that say the same are put together. */
static int explain_row(const struct page *p, const struct table *t, struct row *row)
{
	size_t size;
	struct page to = *p;

	if (!(to.out = open_memstream(&row->why, &size)))
		return -ENOMEM;
	say(&to, t, row, "cause", get_cause);
	say(&to, t, row, "remedy", get_remedy);
	if (fclose(to.out) == EOF)
		return -ENOMEM;

	if (!(to.out = open_memstream(&row->seen, &size)))
		return -ENOMEM;
	say(&to, t, row, "seen", get_seen);
	text_fault(&to, worst_cell(t, row));
	say_offer(&to, row);
	for (size_t i = 0; i < t->asker_count; i++)
		if (is_trouble(row->cells[i]))
			text_log(&to, row->cells[i]);
	return fclose(to.out) == EOF ? -ENOMEM : 0;
}

/* The name, the cells; returns the column behind them. */
static int row_cells(const struct page *p, const struct table *t, const struct row *row)
{
	_cleanup_free_ char *name = table_row_name(row);
	int at = 2 + t->name_width + 2;

	fputs("  ", p->out);
	page_ink(p, INK_BOLD, name ? name : "", t->name_width);
	if (name && page_width(name) > t->name_width)
		fprintf(p->out, "\n%*s", 2 + t->name_width, "");
	fputs("  ", p->out);
	for (size_t i = 0; t->asker_count > 1 && i < t->asker_count; i++) {
		const struct record *cell = row->cells[i];
		int width = table_cell_width(t, i) + 2;
		page_ink(p, cell ? outcome_ink(cell->outcome) : INK_DIM,
			cell ? outcome_name(cell->outcome) : "-", width);
		at += width;
	}
	return at;
}

static void row_line(
	const struct page *p, const struct table *t, const struct row *row, bool brief)
{
	int at = row_cells(p, t, row);
	_cleanup_free_ char *about = page_line(row->first->about, 0);
	int room = p->columns - at;

	/* Hardly room beside the cells: the sentence gets a line of its own. */
	if (!brief && room < 30) {
		fprintf(p->out, "\n%*s", 6, "");
		at = 6;
	}
	if (brief && about)
		page_cut(about, room > 10 ? room : 10);
	page_wrap(p, at, at, about ? about : "");
}

static void asker_line(const struct page *p, const struct table *t)
{
	if (t->asker_count < 2)
		return;
	fprintf(p->out, "%*s", 2 + t->name_width + 2, "");
	for (size_t i = 0; i < t->asker_count; i++)
		page_ink(p, INK_DIM, t->askers[i],
			i + 1 < t->asker_count ? table_cell_width(t, i) + 2 : 0);
	putc('\n', p->out);
}

static bool goes_with(const struct row *a, const struct row *b)
{
	return a == b ||
		(!b->done && a->worst == b->worst && *a->why && !strcmp(a->why, b->why));
}

/* Rows of a family that saw the same as `head` did: it is said once, below them. */
static void siblings(const struct page *p, struct table *t, struct row *head, bool brief)
{
	for (struct row *row = head; row < t->rows + t->row_count; row++) {
		if (row != head &&
			(!goes_with(head, row) || strcmp(head->seen, row->seen) != 0))
			continue;
		row_line(p, t, row, brief);
		row->done = true;
	}
	fputs(head->seen, p->out);
}

/* All rows of the section that share this one's cause and remedy, which are said once. */
static void family(const struct page *p, struct table *t, struct row *head)
{
	const struct row *end = t->rows + t->row_count;
	size_t members = 0;

	for (const struct row *row = head; row < end; row++)
		members += goes_with(head, row);
	for (struct row *row = head; row < end; row++)
		if (!row->done && goes_with(head, row))
			siblings(p, t, row, members >= MANY_ROWS);
	fputs(head->why, p->out);
}

static void section(const struct page *p, struct table *t, size_t which)
{
	bool begun = false;

	for (size_t i = 0; i < t->row_count; i++) {
		struct row *row = &t->rows[i];
		if (row->done || row->worst != sections[which].outcome)
			continue;
		if (!begun) {
			page_heading(p, outcome_ink(row->worst), sections[which].title,
				sections[which].meaning);
			asker_line(p, t);
		}
		begun = true;
		family(p, t, row);
	}
}

/* "root and user": who was asked this. NULL without memory; free() it. */
static char *row_askers(const struct table *t, const struct row *row)
{
	char *text = NULL;
	size_t size;
	const char *before = "";

	FILE *f = open_memstream(&text, &size);
	if (!f)
		return NULL;
	for (size_t i = 0; i < t->asker_count; i++) {
		if (!row->cells[i])
			continue;
		fprintf(f, "%s%s", before, t->askers[i]);
		before = " and ";
	}
	fclose(f);
	return text;
}

struct passes {
	const struct table *t;
	const char *askers;
};

/* The i-th row if it passed for just these askers. */
static const struct record *passed(const struct passes *want, size_t i)
{
	const struct row *row = &want->t->rows[i];
	_cleanup_free_ char *askers = row_askers(want->t, row);

	bool same = row->worst == OUTCOME_PASS && askers && !strcmp(askers, want->askers);
	return same ? row->first : NULL;
}

static struct text_name name_passed(const void *ctx, size_t i)
{
	return record_text_name(passed(ctx, i));
}

/* The names that passed for the same askers as `head` did. */
static int passes_like(const struct page *p, struct table *t, const struct row *head)
{
	_cleanup_free_ char *askers = row_askers(t, head);
	const struct passes want = { t, askers };
	_cleanup_free_ char *lead = NULL;
	size_t count = 0;

	if (!askers)
		return -ENOMEM;
	for (size_t i = 0; i < t->row_count; i++) {
		bool like = passed(&want, i) != NULL;
		t->rows[i].done |= like;
		count += like;
	}
	if (asprintf(&lead, "as %s (%zu)", askers, count) < 0)
		return -ENOMEM;
	if (t->asker_count > 1) {
		fputs("  ", p->out);
		page_wrap(p, 2, 2, lead);
	}
	text_names(p, t->asker_count > 1 ? 4 : 2, t->row_count, name_passed, &want);
	return 0;
}

static int passes(const struct page *p, struct table *t)
{
	size_t count = 0;
	char meaning[80];

	for (size_t i = 0; i < t->row_count; i++)
		count += t->rows[i].worst == OUTCOME_PASS;
	if (!count)
		return 0;
	snprintf(meaning, sizeof(meaning), "%zu %s, shown by %s effect", count,
		count == 1 ? "works" : "work", count == 1 ? "its" : "their");
	page_heading(p, INK_GREEN, "PASS", meaning);
	for (size_t i = 0; i < t->row_count; i++) {
		if (t->rows[i].done || t->rows[i].worst != OUTCOME_PASS)
			continue;
		int r = passes_like(p, t, &t->rows[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

static int explain_rows(const struct page *p, struct table *t)
{
	for (size_t i = 0; i < t->row_count; i++) {
		_cleanup_free_ char *name = table_row_name(&t->rows[i]);
		int r = explain_row(p, t, &t->rows[i]);
		if (r < 0)
			return r;
		int width = name ? page_width(name) : 0;
		if (t->rows[i].worst != OUTCOME_PASS && width > t->name_width)
			t->name_width = width;
	}
	if (t->name_width > NAME_WIDTH_MOST)
		t->name_width = NAME_WIDTH_MOST;
	return 0;
}

int text_probes(const struct page *p, const struct run *run)
{
	_cleanup_(text_table_free) struct table t = { .rows = NULL };

	int r = table_make(run, &t);
	if (r < 0)
		return r;
	if ((r = explain_rows(p, &t)) < 0)
		return r;
	bool brief = t.row_count > ROWS_MOST;
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		if (!brief ||
			outcome_weight(sections[i].outcome) >=
				outcome_weight(OUTCOME_ERROR))
			section(p, &t, i);
	return brief ? text_brief(p, &t) : passes(p, &t);
}
