#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "grid.h"

#define INDENT     2
#define GAP        2
#define NAMES_MOST 30 /* a longer name has a line of its own */

int grid_init(struct grid *g, size_t rows, size_t columns)
{
	*g = (struct grid) {
		.rows = rows,
		.columns = columns,
		.names = calloc(rows + 1, sizeof(*g->names)),
		.titles = calloc(columns + 1, sizeof(*g->titles)),
		.subtitles = calloc(columns + 1, sizeof(*g->subtitles)),
		.cells = calloc(rows * columns + 1, sizeof(*g->cells)),
	};
	return g->names && g->titles && g->subtitles && g->cells ? 0 : -ENOMEM;
}

struct grid_cell *grid_at(const struct grid *g, size_t row, size_t column)
{
	return &g->cells[row * g->columns + column];
}

void grid_free(struct grid *g)
{
	for (size_t i = 0; g->cells && i < g->rows * g->columns; i++)
		free(g->cells[i].text);
	free(g->names);
	free(g->titles);
	free(g->subtitles);
	free(g->cells);
	*g = (struct grid) { 0 };
}

static const char *cell_text(const struct grid *g, size_t row, size_t column)
{
	const char *text = grid_at(g, row, column)->text;

	return text ? text : "-";
}

static int widest(int width, const char *text)
{
	int other = text ? page_width(text) : 0;

	return other > width ? other : width;
}

static int column_width(const struct grid *g, size_t column)
{
	int width = widest(widest(0, g->titles[column]), g->subtitles[column]);

	for (size_t row = 0; row < g->rows; row++)
		width = widest(width, cell_text(g, row, column));
	return width;
}

static int names_width(const struct grid *g)
{
	int width = 0;

	for (size_t row = 0; row < g->rows; row++)
		width = widest(width, g->names[row]);
	return width > NAMES_MOST ? NAMES_MOST : width;
}

/* The column behind the last one that fits beside `from`, which always does. */
static size_t block_end(const struct grid *g, const struct page *p, size_t from)
{
	int at = INDENT + names_width(g);
	size_t column = from;

	for (; column < g->columns; column++) {
		at += GAP + column_width(g, column);
		if (at > p->columns && column > from)
			break;
	}
	return column;
}

bool grid_fits(const struct grid *g, const struct page *p)
{
	return g->columns == 0 || block_end(g, p, 0) == g->columns;
}

/* The columns of one block; widths[] are theirs, none for the last: no blanks at the end. */
struct block {
	size_t from, to;
	int names, *widths;
};

static bool is_blank(const char *text)
{
	return !text || !*text;
}

static void heads(const struct grid *g, const struct page *p, const struct block *b,
	const char *const *titles)
{
	size_t end = b->to;

	while (end > b->from && is_blank(titles[end - 1]))
		end--;
	if (end == b->from)
		return;
	fprintf(p->out, "%*s", INDENT + b->names, "");
	for (size_t column = b->from; column < end; column++) {
		fprintf(p->out, "%*s", GAP, "");
		page_ink(p, INK_DIM, is_blank(titles[column]) ? "" : titles[column],
			column + 1 < end ? b->widths[column - b->from] : 0);
	}
	putc('\n', p->out);
}

static void one_row(
	const struct grid *g, const struct page *p, const struct block *b, size_t row)
{
	fprintf(p->out, "%*s", INDENT, "");
	page_ink(p, INK_BOLD, g->names[row], b->names);
	if (page_width(g->names[row]) > b->names)
		fprintf(p->out, "\n%*s", INDENT + b->names, "");
	for (size_t column = b->from; column < b->to; column++) {
		fprintf(p->out, "%*s", GAP, "");
		page_ink(p, grid_at(g, row, column)->ink, cell_text(g, row, column),
			b->widths[column - b->from]);
	}
	putc('\n', p->out);
}

void grid_put(const struct grid *g, const struct page *p)
{
	_cleanup_free_ int *widths = calloc(g->columns + 1, sizeof(*widths));
	struct block b = { .names = names_width(g) };

	for (; widths && b.from < g->columns; b.from = b.to) {
		b.to = block_end(g, p, b.from);
		b.widths = widths + b.from;
		for (size_t column = b.from; column + 1 < b.to; column++)
			widths[column] = column_width(g, column);
		if (b.from)
			putc('\n', p->out);
		heads(g, p, &b, g->titles);
		heads(g, p, &b, g->subtitles);
		for (size_t row = 0; row < g->rows; row++)
			one_row(g, p, &b, row);
	}
}
