/* The probes of a run: one row for each question, one column for each asker. */
#include <errno.h>
#include <string.h>

#include "text.h"

/* From this many rows on that share a cause, a row is one line: the cause matters, not they. */
#define MANY_ROWS 4

#define NAME_WIDTH_MOST 30
#define CELL_WIDTH_LEAST 6

struct row {
	const struct record *first;  /* for name, subject, about */
	const struct record **cells; /* one for each asker, NULL if that one was not asked */
	enum outcome worst;
	char *seen; /* the items that say what was seen ... */
	char *why;  /* ... and those that say why and what to do: rows that share it are one */
	bool done;
};

struct table {
	const char **askers;
	size_t asker_count;
	struct row *rows;
	size_t row_count;
	int name_width;
};

static const struct {
	enum outcome outcome;
	const char *title, *meaning;
} sections[] = {
	{ OUTCOME_FAIL, "FAIL", "the kernel offers it, and it does not do what it promises" },
	{ OUTCOME_ERROR, "ERROR", "we failed to ask: nothing is known" },
	{ OUTCOME_DENIED, "DENIED", "a policy refused the question: the kernel may well have it" },
	{ OUTCOME_ABSENT, "ABSENT", "this kernel does not offer it" },
};

/* Which of two answers to the same question is shown: what is wrong wins. */
static int weight(enum outcome o)
{
	static const int weights[OUTCOME_COUNT] = {
		[OUTCOME_PASS] = 0,   [OUTCOME_ABSENT] = 1, [OUTCOME_DENIED] = 2,
		[OUTCOME_ERROR] = 3, [OUTCOME_FAIL] = 4,
	};
	return weights[o];
}

static size_t asker_index(struct table *t, const char *asker)
{
	size_t i = 0;

	while (i < t->asker_count && strcmp(t->askers[i], asker))
		i++;
	if (i == t->asker_count)
		t->askers[t->asker_count++] = asker;
	return i;
}

static struct row *row_of(struct table *t, const struct record *rec)
{
	for (size_t i = 0; i < t->row_count; i++)
		if (!strcmp(t->rows[i].first->name, rec->name) &&
			!strcmp(t->rows[i].first->subject, rec->subject))
			return &t->rows[i];
	t->rows[t->row_count] = (struct row){ .first = rec };
	return &t->rows[t->row_count++];
}

static char *row_name(const struct row *row)
{
	char *name;

	if (asprintf(&name, "%s%s%s", row->first->name, *row->first->subject ? " on " : "",
		    row->first->subject) < 0)
		return NULL;
	return name;
}

static int fill_rows(struct table *t, const struct run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		if (run->recs[i].type != RECORD_PROBE)
			continue;
		asker_index(t, run->recs[i].asker);
		row_of(t, &run->recs[i]);
	}
	for (size_t i = 0; i < t->row_count; i++)
		if (!(t->rows[i].cells = calloc(t->asker_count, sizeof(struct record *))))
			return -ENOMEM;
	for (size_t i = 0; i < run->count; i++) {
		const struct record *rec = &run->recs[i];
		if (rec->type != RECORD_PROBE)
			continue;
		struct row *row = row_of(t, rec);
		const struct record **cell = &row->cells[asker_index(t, rec->asker)];
		if (!*cell || weight((*cell)->outcome) < weight(rec->outcome))
			*cell = rec;
		if (weight(row->worst) < weight(rec->outcome))
			row->worst = rec->outcome;
	}
	return 0;
}

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

/* One item for each different text among the askers; named after the asker if they differ. */
static void say(const struct page *p, const struct table *t, const struct row *row,
	const char *label, char *(*get)(const struct record *))
{
	bool differ = false;
	_cleanup_free_ char *first = NULL;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < t->asker_count; i++) {
			if (!is_trouble(row->cells[i]))
				continue;
			_cleanup_free_ char *text = get(row->cells[i]);
			_cleanup_free_ char *own = NULL;
			if (!first)
				first = TAKE_PTR(text);
			else if (text && strcmp(first, text))
				differ = true;
			if (pass == 0)
				continue;
			if (!differ) {
				page_item(p, label, first);
				return;
			}
			if (text && asprintf(&own, "%s, %s", label, t->askers[i]) > 0)
				page_item(p, own, text);
		}
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
	return fclose(to.out) == EOF ? -ENOMEM : 0;
}

static int cell_width(const struct table *t, size_t asker)
{
	int width = page_width(t->askers[asker]);

	return width < CELL_WIDTH_LEAST ? CELL_WIDTH_LEAST : width;
}

/* The name, the cells; returns the column behind them. */
static int row_cells(const struct page *p, const struct table *t, const struct row *row)
{
	_cleanup_free_ char *name = row_name(row);
	int at = 2 + t->name_width + 2;

	fputs("  ", p->out);
	page_ink(p, INK_BOLD, name ? name : "", t->name_width);
	if (name && page_width(name) > t->name_width)
		fprintf(p->out, "\n%*s", 2 + t->name_width, "");
	fputs("  ", p->out);
	for (size_t i = 0; t->asker_count > 1 && i < t->asker_count; i++) {
		const struct record *cell = row->cells[i];
		int width = cell_width(t, i) + 2;
		page_ink(p, cell ? outcome_ink(cell->outcome) : INK_DIM,
			cell ? outcome_name(cell->outcome) : "-", width);
		at += width;
	}
	return at;
}

static void row_line(const struct page *p, const struct table *t, const struct row *row,
	bool brief)
{
	int at = row_cells(p, t, row);
	_cleanup_free_ char *about = page_line(row->first->about, 0);
	int room = p->columns - at;

	/* Hardly room beside the cells: the sentence gets lines of its own. */
	if (!brief && room < 30) {
		fprintf(p->out, "\n%*s", 6, "");
		at = 6;
	}
	if (about && brief && page_width(about) > room) {
		free(about);
		about = page_line(row->first->about, 0);
		size_t end = 0;
		for (int column = 0; about && about[end]; end++)
			if (((unsigned char)about[end] & 0xc0) != 0x80 && column++ >= room - 3)
				break;
		if (about && end + 4 <= strlen(about) + 1)
			memcpy(about + end, "...", 4);
	}
	page_wrap(p, at, at, about ? about : "");
}
