/*
 * Words on a page: wrapped, indented, coloured if wanted. Whatever text is written
 * through here is made printable first, so that no record can talk to the terminal.
 */
#ifndef PLIMSOLL_PAGE_H
#define PLIMSOLL_PAGE_H

#include <stdbool.h>
#include <stdio.h>

struct page {
	FILE *out;
	bool colour;
	int columns; /* wrapped to this width; never 0 */
};

enum ink {
	INK_PLAIN,
	INK_BOLD,
	INK_DIM,
	INK_RED,
	INK_GREEN,
	INK_YELLOW,
	INK_BLUE,
	INK_MAGENTA,
	INK_ALARM, /* white on red: one thing on a page at most */
};

/*
 * `text` on one line: printable, without newlines, tabs or outer blanks, cut after `most`
 * characters (0 for a generous limit) and saying so. NULL without memory; free() it.
 */
char *page_line(const char *text, size_t most);

/* The text itself, or "unnamed" for one of blanks only: to most readers that is no name. */
const char *page_named(const char *text);

/* How many columns a printable UTF-8 text takes, one for each character. */
int page_width(const char *text);

/* Cuts a page_line() in place to at most `columns`, ending in "..." if it was longer. */
void page_cut(char *line, int columns);

/* Writes one line's worth of text in an ink, padded with blanks to `width`. */
void page_ink(const struct page *p, enum ink ink, const char *text, int width);

/*
 * Writes text wrapped at blanks and ends the line. The cursor stands in column `at`;
 * lines after the first begin in column `hang`. A word longer than a line stays whole: a
 * path that is broken cannot be copied.
 */
void page_wrap(const struct page *p, int at, int hang, const char *text);

/*
 * A line "  LABEL: text" with the text in a column of its own, wrapped; nothing for "".
 * The label is one of ours, of at most eight letters; "" continues the item above.
 */
void page_item(const struct page *p, const char *label, const char *text);

/* A heading: TITLE in its ink, then what it means. */
void page_heading(
	const struct page *p, enum ink ink, const char *title, const char *meaning);

#endif
