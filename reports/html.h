/*
 * The parts of the format "html": one page, in the order of the page. All text of records goes
 * through html_text(); the ids and references are numbers made here.
 */
#ifndef PLIMSOLL_HTML_H
#define PLIMSOLL_HTML_H

#include "table.h"

/* With more runs than that, those with the same verdicts share a column. */
#define HTML_RUNS_MOST 60

/* The style sheet and the script, and what the page's policy knows them by (ci/embed). */
extern const char html_css[], html_css_sha256[];
extern const char html_js[], html_js_sha256[];

/* --- words --- */

/* As part of the page's text or of an attribute: nothing in it can become markup. */
void html_text(FILE *f, const char *text);

/* The same, cut after `most` bytes and saying so; 0 for a generous limit. */
void html_cut(FILE *f, const char *text, size_t most);

/* One word of a command line. */
void html_shell(FILE *f, const char *text);

/* An entry of a list of descriptions; nothing for "". The label is one of ours. */
void html_item(FILE *f, const char *label, const char *text);

/* "1 run", "12 runs" */
void html_count(FILE *f, size_t count, const char *one, const char *many);

/* --- how a cell looks: the worst first --- */

enum look {
	LOOK_SILENT,
	LOOK_FAIL,
	LOOK_ERROR,
	LOOK_EXCEPT, /* of a profile: ready, except for what is recommended */
	LOOK_DENIED,
	LOOK_ABSENT,
	LOOK_GONE, /* only the run it is compared with has it */
	LOOK_PASS,
	LOOK_COUNT,
};

struct html_look {
	char letter; /* its class in the style sheet */
	const char *title, *meaning;
};

extern const struct html_look html_looks[LOOK_COUNT];

enum look html_look_of(const struct table_answer *a);

/* The look's title in the tables of this kind: workloads are ready or not. */
const char *html_look_title(enum table_kind kind, enum look look);

/* What a cell says: "pass", "silent", "wrong", "not ready". */
const char *html_word(enum table_kind kind, const struct table_answer *a);

/* --- what is shown of a part --- */

struct html_view {
	enum table_kind kind;
	const struct table_part *part;
	size_t *columns; /* numbers of those shown: a title's stand beside each other */
	size_t *whos;    /* of each: the number of its asker or runtime */
	const char **names; /* of these numbers; borrowed */
	size_t count, who_count;
	size_t left_out;          /* columns that are not shown */
	bool tight;               /* columns are too many for words */
	size_t cells[LOOK_COUNT]; /* that look so */
	size_t rows[LOOK_COUNT];  /* with such a cell */
	size_t worst[LOOK_COUNT]; /* rows whose worst cell it is */
	size_t changed, varied,
		only; /* rows: a change, unlike cells, nothing but passes */
	size_t changes[CHANGE_COUNT];     /* cells */
	size_t change_rows[CHANGE_COUNT]; /* rows with such a cell */
};

/* What a row comes to. */
struct html_row {
	unsigned looks; /* a bit for each that it has */
	enum look worst;
	unsigned changes; /* the same of these */
	bool changed, varied;
};

int html_view_init(struct html_view *v, const struct table *t, enum table_kind kind);
void html_view_free(struct html_view *v);
struct html_row html_row_of(
	const struct table *t, const struct html_view *v, const struct table_row *row);

/* The title over a column that is shown, and how many runs it stands for. */
const struct table_column *html_column(const struct html_view *v, size_t i);

/* " by runc on 5.10, 6.1": where a row has this answer, or any that looks so. */
void html_where(FILE *f, const struct table *t, const struct html_view *v,
	const struct table_row *row, const struct table_answer *answer, enum look look);

struct html_test {
	bool (*is)(const struct table_answer *a, const void *ctx);
	const void *ctx;
};

/* The same, where it has an answer that is so. */
void html_where_is(FILE *f, const struct table *t, const struct html_view *v,
	const struct table_row *row, struct html_test test);

/* "c0f3a...": the id of a row's evidence. */
struct html_id {
	char text[24];
};
struct html_id html_id(enum table_kind kind, const char *name, const char *subject);

/* --- causes of what was denied, and of errors --- */

struct html_cause {
	char *text, *remedy;
	enum look look;
};

struct html_causes {
	struct html_cause *list;
	size_t count;
	json_t *index;     /* text -> number */
	uint16_t *answers; /* of each answer: the number of its cause from 1, or 0 */
	size_t room;
};

/* Of an answer that is new. 0 or -ENOMEM. */
int html_cause_add(struct html_causes *c, uint32_t answer, const struct record *rec);
void html_causes_free(struct html_causes *c);

/* --- what changed --- */

enum html_mode {
	HTML_ALONE,   /* how things are */
	HTML_AGAINST, /* the same, but what is as in the baseline is known */
	HTML_DIFF,    /* nothing but what changed */
};

/* What an answer was before, and why it is as it is: kept once for all that say so. */
struct html_tale {
	char *was;       /* "fail (refused)"; "" if there was none */
	char *was_cause; /* of what has another cause now */
	char *cause, *remedy, *seen;
};

struct html_tales {
	struct html_tale *list; /* the first one tells nothing */
	size_t count;
	json_t *index;     /* text -> number */
	uint16_t *answers; /* of each answer: the number of its tale */
	size_t room;
};

/* Of an answer that is new and belongs to a run that was compared. 0 or -ENOMEM. */
int html_tale_add(struct html_tales *t, uint32_t answer, const struct record *rec);
void html_tales_free(struct html_tales *t);

/* With what the runs were compared: lines of text, the first ones that are different. */
struct html_lines {
	json_t *seen;
	size_t count; /* all that are different */
};

enum { HTML_KERNELS, HTML_TIMES, HTML_OTHERWISE, HTML_LINES };

/* Answers, and what they count for. */
struct html_worse {
	size_t regressed, unknown, fails, errors; /* new ones that fail, or are errors */
	size_t known;
};

/* --- the page --- */

/* The parts in the order of the page. */
extern const enum table_kind html_order[TABLE_COUNT];

struct html {
	struct table table;
	struct html_view views[TABLE_COUNT];
	struct html_causes causes;
	struct html_tales tales;
	struct html_lines compared[HTML_LINES];
	struct html_worse worse;
	enum html_mode mode;
	json_t *lost;      /* why a file could not be read: the first ones */
	size_t lost_count; /* all of them */
	size_t file_count; /* with those that were lost */
	char *file;        /* that is read */
	json_t *shared;    /* labels that runs of several files have */
	FILE *out;
	bool cut_short, grouped;
};

/* Of the first record of a run. 0 or -ENOMEM. */
int html_compared_add(struct html *h, const struct record *env);
/* After table_finish(): the mode, and what is worse. */
void html_compared_count(struct html *h);
void html_compared_free(struct html *h);
/* Paragraphs: what was compared with what. */
void html_compared(const struct html *h);

/* Notes that records are of this file, or that no more of it can be read. 0 or -ENOMEM. */
int html_file(struct html *h, const char *source);
int html_lost_add(struct html *h, const char *source, const char *why);
/* After table_finish(): which labels need a file beside them. 0 or -ENOMEM. */
int html_runs_name(struct html *h);
void html_files_free(struct html *h);

/* "6.1", or of many nodes with such a kernel "6.1 node-7.jsonl". */
void html_run(const struct html *h, FILE *f, const struct table_run *run);

/* "pass" was known before: how a change is told. */
struct html_change {
	char letter; /* its class in the style sheet */
	const char *title, *words, *meaning;
};

extern const struct html_change html_change_words[CHANGE_COUNT];

/* What is worse than before; and all else that changed. Each 0 or -ENOMEM. */
int html_changes_worse(const struct html *h);
int html_changes_known(const struct html *h);
int html_changes_other(const struct html *h);
bool html_is_worse(const struct html *h);

/* Writes what is to be said of a record; for struct table_options, `ctx` is the struct html. */
int html_evidence(FILE *out, const struct record *rec, void *ctx);

/* Each 0 or -errno. */
int html_head(const struct html *h);
int html_wrong(const struct html *h);
int html_matrix(const struct html *h);
int html_rows(const struct html *h);
int html_time(const struct html *h);
int html_lost(const struct html *h);

#endif
