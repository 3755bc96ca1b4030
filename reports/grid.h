/*
 * A table for people: names of rows, titles of columns, a few words in each cell. As many
 * columns as fit stand beside each other, the rest follows in blocks below.
 */
#ifndef PLIMSOLL_GRID_H
#define PLIMSOLL_GRID_H

#include <stddef.h>

#include "page.h"

struct grid_cell {
	char *text; /* NULL: nothing there, "-" */
	enum ink ink;
};

struct grid {
	size_t rows, columns;
	/* Lines that are printable already, borrowed; a subtitle may be "". */
	const char **names, **titles, **subtitles;
	struct grid_cell *cells; /* row by row */
};

/* 0 or -ENOMEM; all is empty at first, and grid_free() is due in any case. */
int grid_init(struct grid *g, size_t rows, size_t columns);

struct grid_cell *grid_at(const struct grid *g, size_t row, size_t column);

/* Do all columns stand beside each other on this page? */
bool grid_fits(const struct grid *g, const struct page *p);

void grid_put(const struct grid *g, const struct page *p);

void grid_free(struct grid *g);

#endif
