/* Checks x where they were asked, as tables: what does not pass everywhere. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "markdown.h"

#define COLUMNS_MOST 12 /* more are counts only */
#define ROWS_SHOWN   40 /* the rest is folded */
#define NAME_MOST    60
#define COLUMN_MOST  32

static const struct {
	const char *title, *what;
	size_t most; /* bytes */
} parts[TABLE_COUNT] = {
	[TABLE_CASES] = { "Obligations", "case", MARKDOWN_MATRIX_MOST / 2 },
	[TABLE_PROBES] = { "Questions to the kernel", "question",
		MARKDOWN_MATRIX_MOST / 3 },
	[TABLE_PROFILES] = { "Profiles", "profile", MARKDOWN_MATRIX_MOST / 6 },
};

/* What is gone is no answer. */
static bool is_answer(const struct table_answer *a)
{
	return a && a->change != CHANGE_GONE;
}

static const char *word_of(const struct table_answer *a)
{
	static const char *const words[OUTCOME_COUNT] = {
		[OUTCOME_PASS] = "pass",
		[OUTCOME_FAIL] = "**fail**",
		[OUTCOME_ABSENT] = "absent",
		[OUTCOME_DENIED] = "denied",
		[OUTCOME_ERROR] = "**error**",
	};

	if (!is_answer(a))
		return "-";
	return a->kind == KIND_SILENTLY_IGNORED ? "**ignored**" : words[a->outcome];
}

static bool is_asked(const struct table *t, const struct table_row *row)
{
	for (uint32_t i = row->first; i != TABLE_NONE; i = t->answers[i].next)
		if (is_answer(&t->answers[i]))
			return true;
	return false;
}

static bool passes_everywhere(const struct table *t, const struct table_row *row)
{
	for (uint32_t i = row->first; i != TABLE_NONE; i = t->answers[i].next)
		if (is_answer(&t->answers[i]) && t->answers[i].outcome != OUTCOME_PASS)
			return false;
	return true;
}

static bool are_same(const struct table_part *part,
	bool (*same)(const struct table_column *a, const struct table_column *b))
{
	for (size_t i = 1; i < part->column_count; i++)
		if (!same(&part->columns[0], &part->columns[i]))
			return false;
	return true;
}

static bool same_run(const struct table_column *a, const struct table_column *b)
{
	return a->run == b->run;
}

static bool same_who(const struct table_column *a, const struct table_column *b)
{
	return !strcmp(a->who, b->who);
}

/* Only what tells a column from the others. */
static void put_column(const struct table_part *part, size_t i, FILE *out)
{
	const struct table_column *column = &part->columns[i];
	bool title = !are_same(part, same_run), who = !are_same(part, same_who) || !title;

	if (title)
		markdown_cell(out, column->title, COLUMN_MOST);
	if (title && who)
		putc(' ', out);
	if (who)
		markdown_cell(out, column->who, COLUMN_MOST);
}

static void put_ruler(size_t columns, FILE *out)
{
	fputs("\n|---|", out);
	while (columns--)
		fputs("---|", out);
	putc('\n', out);
}

/* So many columns always have room. */
static void put_head(const struct table_part *in, FILE *out)
{
	fputs("\n| |", out);
	for (size_t i = 0; i < in->column_count; i++) {
		putc(' ', out);
		put_column(in, i, out);
		fputs(" |", out);
	}
	put_ruler(in->column_count, out);
}

static int put_row(const struct table *t, const struct table_part *in,
	const struct table_row *row, struct markdown_part *part)
{
	struct markdown_item item;

	FILE *out = markdown_begin(&item);
	if (!out)
		return -ENOMEM;
	fputs("| ", out);
	markdown_cell(out, row->name, NAME_MOST);
	if (*row->subject)
		putc(' ', out);
	markdown_cell(out, row->subject, NAME_MOST);
	fputs(" |", out);
	for (size_t i = 0; i < in->column_count; i++)
		fprintf(out, " %s |", word_of(table_at(t, row, i)));
	putc('\n', out);
	return markdown_end(part, &item);
}

static int put_rows(const struct table *t, enum table_kind kind,
	struct markdown_part *part, size_t all)
{
	const struct table_part *in = &t->parts[kind];
	size_t shown = 0;
	bool folded = false;
	int r = 0;

	put_head(in, part->out);
	for (size_t i = 0; r == 0 && i < in->row_count; i++) {
		if (passes_everywhere(t, &in->rows[i]))
			continue;
		if (shown++ == ROWS_SHOWN && !part->missing) {
			fprintf(part->out,
				"\n<details><summary>%zu more rows</summary>\n",
				all - ROWS_SHOWN);
			put_head(in, part->out);
			folded = true;
		}
		r = put_row(t, in, &in->rows[i], part);
	}
	if (folded)
		fputs("\n</details>\n", part->out);
	return r;
}

/* A line for each column instead: how many of each outcome. */
static int put_counts(const struct table_part *in, struct markdown_part *part)
{
	static const enum outcome order[] = { OUTCOME_FAIL, OUTCOME_ERROR, OUTCOME_DENIED,
		OUTCOME_ABSENT, OUTCOME_PASS };
	bool folded = in->column_count > ROWS_SHOWN;
	int r = 0;

	if (folded)
		fprintf(part->out, "\n<details><summary>%zu columns</summary>\n",
			in->column_count);
	fputs("\n| | ignored | other fail | error | denied | absent | pass |", part->out);
	put_ruler(ARRAY_SIZE(order) + 1, part->out);
	for (size_t i = 0; r == 0 && i < in->column_count; i++) {
		const struct table_column *column = &in->columns[i];
		struct markdown_item item;
		FILE *out = markdown_begin(&item);
		if (!out)
			return -ENOMEM;
		fputs("| ", out);
		put_column(in, i, out);
		fprintf(out, " | %zu |", column->silent);
		for (size_t k = 0; k < ARRAY_SIZE(order); k++)
			fprintf(out, " %zu |",
				column->counts[order[k]] -
					(order[k] == OUTCOME_FAIL ? column->silent : 0));
		putc('\n', out);
		r = markdown_end(part, &item);
	}
	if (folded)
		fputs("\n</details>\n", part->out);
	return r;
}

static int put_part(const struct table *t, enum table_kind kind, FILE *out)
{
	const struct table_part *in = &t->parts[kind];
	struct markdown_part part = { .out = out, .left = parts[kind].most };
	size_t passing = 0, asked = 0;
	bool wide = in->column_count > COLUMNS_MOST;
	int r = 0;

	for (size_t i = 0; i < in->row_count; i++) {
		bool is = is_asked(t, &in->rows[i]);
		asked += is;
		passing += is && passes_everywhere(t, &in->rows[i]);
	}
	if (!asked)
		return 0;
	fprintf(out, "\n#### %s\n", parts[kind].title);
	if (passing == asked)
		fprintf(out, "\nAll %zu pass wherever they were asked.\n", asked);
	else
		r = wide ? put_counts(in, &part)
			 : put_rows(t, kind, &part, asked - passing);
	if (part.missing)
		fprintf(out, "\n%zu more rows: see the HTML report.\n", part.missing);
	if (wide && passing < asked)
		fprintf(out, "\nCheck by check: see the HTML report.\n");
	if (passing && passing < asked)
		fprintf(out, "\n%zu of %zu pass wherever they were asked.\n", passing,
			asked);
	return r;
}

int markdown_put_matrix(const struct table *t, FILE *out)
{
	static const enum table_kind order[] = { TABLE_PROFILES, TABLE_CASES,
		TABLE_PROBES };

	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		int r = put_part(t, order[i], out);
		if (r < 0)
			return r;
	}
	return 0;
}
