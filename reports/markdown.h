/*
 * The parts of the format "markdown": GitHub-flavoured Markdown for a comment on an issue, where
 * GitHub takes 65,536 characters, and for the summary of a CI step, where it takes 1 MiB.
 *
 * Record text stands in code spans, all of it: outside of them GitHub makes links of what looks
 * like an address, a commit or an issue, and tells people whose name stands behind an "@".
 */
#ifndef PLIMSOLL_MARKDOWN_H
#define PLIMSOLL_MARKDOWN_H

#include "table.h"

/*
 * Bytes, and as much again of hostile titles of columns as keeps the whole below 60,000. It is the
 * smaller of the two limits that counts: nobody wants to choose.
 */
#define MARKDOWN_HEAD_MOST   6000
#define MARKDOWN_WRONG_MOST  20000
#define MARKDOWN_MATRIX_MOST 18000

/* A part with so many bytes to spend. What does not fit is counted and left out. */
struct markdown_part {
	FILE *out;
	size_t left;
	size_t missing;
};

/* What is written through `*ret_item` is one item. 0 or -ENOMEM. */
struct markdown_item {
	FILE *out;
	char *text;
	size_t size;
};

/* NULL without memory. */
FILE *markdown_begin(struct markdown_item *item);

/* Puts the item into the part if there is room for it and all before had some. 0 or -ENOMEM. */
int markdown_end(struct markdown_part *part, struct markdown_item *item);

/* A code span of at most `most` characters of the text (0: a generous limit); nothing for "". */
void markdown_code(FILE *out, const char *text, size_t most);

/*
 * The same for the cell of a table, cut to `most` characters. There a "|" ends a code span: it
 * becomes a broken bar.
 */
void markdown_cell(FILE *out, const char *text, int most);

/* What is kept of a record's words: the lines of the list below its check. 0 or -errno. */
int markdown_evidence(FILE *out, const struct record *rec, void *ctx);

/* How many checks are wrong, and in which way. */
enum markdown_wrong {
	WRONG_SILENT, /* the worst first */
	WRONG_FAIL,
	WRONG_REGRESSED,
	WRONG_ERROR,
	WRONG_KNOWN, /* as in the run it was compared with */
	WRONG_COUNT,
};

/* WRONG_COUNT: it is not wrong. */
enum markdown_wrong markdown_wrong(const struct table_answer *a);

/* The list of what is wrong. 0 or -ENOMEM. */
int markdown_put_wrong(const struct table *t, FILE *out);

/* The tables of what does not pass everywhere. 0 or -ENOMEM. */
int markdown_put_matrix(const struct table *t, FILE *out);

#endif
