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
#define MARKDOWN_HEAD_MOST    6000
#define MARKDOWN_LOST_MOST    2000
#define MARKDOWN_WRONG_MOST   18000
#define MARKDOWN_KNOWN_MOST   4000
#define MARKDOWN_MATRIX_MOST  16000
#define MARKDOWN_CHANGES_MOST 28000 /* then there is no matrix */

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

/*
 * What is kept of a record's words: the lines of the list below its check. Of one that was
 * compared the first line is ours, "pass → fail (wrong)". 0 or -errno.
 */
int markdown_evidence(FILE *out, const struct record *rec, void *ctx);

/* The lines of the list. 0 or -errno. */
int markdown_put_evidence(
	const struct table *t, const struct table_answer *answer, FILE *out);

/* All of what is kept; NULL without memory or if it cannot be read. free() it. */
char *markdown_said(const struct table *t, const struct table_answer *answer);

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

/* The same of a run that did not come to its end, and of a check that is not proved. */
enum markdown_wrong markdown_trouble(const struct table *t, const struct table_run *run);
enum markdown_wrong markdown_missed(const struct table *t, const struct table_row *row);

/*
 * The lists of what is wrong, and of what is known to be. Of runs that were compared, where only
 * what changed is told, nothing but their guests and proofs: see markdown_put_changes(). 0 or
 * -ENOMEM.
 */
int markdown_put_wrong(const struct table *t, FILE *out);

/* The tables of what does not pass everywhere. 0 or -ENOMEM. */
int markdown_put_matrix(const struct table *t, FILE *out);

/* --- what changed since another run --- */

/* What is compared with what, as their envs say it, and what no table has. Zeroed at first. */
struct markdown_compared {
	json_t *lists[9]; /* an array for each thing told */
	json_t *met;      /* what is in them, or would be if there were room */
	size_t all[9];
	size_t others[CHANGE_COUNT]; /* proofs and boots */
	size_t new_wrong;            /* of the new checks */
	size_t gone[RECORD_TYPE_COUNT][OUTCOME_COUNT],
		gone_silent; /* no answers of now */
};

/* Each record, in order. 0 or -ENOMEM; markdown_compared_free() is due in any case. */
int markdown_compared_take(struct markdown_compared *c, const struct record *rec);
void markdown_compared_free(struct markdown_compared *c);

/* The list of what is compared. 0 or -ENOMEM. */
int markdown_put_compared(const struct markdown_compared *c, struct markdown_part *part);

/* "2 regressed, 96 fixed" or "nothing changed". */
void markdown_put_changed(
	const struct table *t, const struct markdown_compared *c, FILE *out);

/* "2 regressed, 96 fixed, 340 the same"; "" if there is nothing. */
void markdown_put_counts(const struct table *t, FILE *out);

/* The sections of what changed. 0 or -ENOMEM. */
int markdown_put_changes(
	const struct table *t, const struct markdown_compared *c, FILE *out);

#endif
