/*
 * Many runs as tables: checks x where they were asked. For formats that show all of them at a
 * glance, and behind each cell what was seen (its evidence).
 *
 * There are three: cases, a column for each runtime of a run; probes and profiles, a column for
 * each asker of a run. What the format has to say of a record it writes as it comes; the same
 * thing said again of the same check is kept once, in a temporary file. So memory holds rows,
 * columns, twelve bytes for each cell, and some forty for each thing said.
 */
#ifndef PLIMSOLL_TABLE_H
#define PLIMSOLL_TABLE_H

#include <stdint.h>

#include "reporter.h"

enum table_kind { TABLE_CASES, TABLE_PROBES, TABLE_PROFILES, TABLE_COUNT };

#define TABLE_NONE UINT32_MAX

/* What was said of a check in one or more columns. */
struct table_answer {
	enum outcome outcome;
	enum kind kind;
	enum fault fault;
	enum change change;
	uint32_t count; /* cells that have it */
	uint32_t next;  /* of the same row, in the order in which they came; TABLE_NONE */
	uint32_t length; /* bytes of evidence */
	uint32_t check;  /* a number that tells what it was said of */
	bool except;     /* of a profile that passes: something recommended is missing */
	off_t offset;
	uint64_t hash;
};

struct table_cell {
	uint32_t answer; /* TABLE_NONE: not asked there */
	uint32_t number; /* of the record in its run, from 1 */
	float ms;        /* how long it took; 0 if not measured */
};

/* One check. Texts are printable lines, "" if not told. */
struct table_row {
	char *name, *subject;
	char *about, *id, *level, *spec, *file;
	char *since, *man, *kconfig, *source;
	uint32_t first; /* its answers; TABLE_NONE */
	uint32_t last;
	uint32_t proofs, missed; /* sabotages; and those that it did not notice */
	uint32_t missed_first;   /* what was said of these; TABLE_NONE */
	struct table_cell
		*cells; /* one for each column; those beyond `room` are not there */
	uint32_t room;
};

struct table_column {
	size_t run;
	char *who;     /* the runtime or the asker; of many in one run "others" */
	char *version; /* of the runtime, "" */
	char *title; /* after table_finish(): of the run, told from others with the same `who` */
	size_t counts[OUTCOME_COUNT]; /* without what only another run had */
	size_t silent;                /* of the fails: silently ignored */
};

/* One run. Texts are printable lines, "" if not told. */
struct table_run {
	char *label; /* "6.12 hybrid": what it was called, else the kernel's release */
	char *release, *machine, *os, *package, *package_version, *accel;
	char *verb, *plimsoll, *time, *cgroup;
	char *source;  /* the file it was read from */
	char *runtime; /* of its guest */
	char *was; /* if it is compared with another run: that one's label or release */
	char *was_time, *was_source;
	char *trouble; /* why it did not come to its end; "" if it did */
	uint32_t boot; /* what was said of its guest; TABLE_NONE */
	size_t like; /* after table_group(): the first run with the same verdicts, maybe itself */
	size_t count; /* and of that first one: how many there are */
};

struct table_part {
	struct table_row *rows; /* after table_finish(): sorted by name and subject */
	size_t row_count;
	struct table_column *columns; /* those of one run stand beside each other */
	size_t column_count;
	json_t *index; /* name and subject -> row */
};

struct table_options {
	/* Writes what is to be said of a record; 0 or -errno. */
	int (*evidence)(FILE *out, const struct record *rec, void *ctx);
	void *ctx;
	/* Records that say the same verdict of a check are the same, whatever their words: the
	 * first one's evidence stands for all. For many nodes. */
	bool by_verdict;
};

struct table {
	struct table_options opt;
	struct table_part parts[TABLE_COUNT];
	struct table_run *runs;
	size_t run_count;
	struct table_answer *answers;
	uint32_t answer_count;
	size_t totals[RECORD_TYPE_COUNT][OUTCOME_COUNT];
	size_t silent;
	size_t changes[CHANGE_COUNT]; /* of all that have a verdict */
	size_t left_out; /* of a diff: what is the same and stands in no record */
	bool is_diff;    /* runs are compared with others: what changed is what matters */
	bool is_against; /* a run is held against a baseline: all of it is there */
	bool open;       /* a run has begun and not ended */
	uint32_t number; /* of the record at hand in its run */
	uint32_t *slots; /* of answers, by their hash */
	uint32_t slot_count;
	FILE *spool;
	off_t spooled;
	struct table_said *said; /* of the record at hand */
};

/* 0 or -errno; table_free() is due in any case. */
int table_init(struct table *t, const struct table_options *opt);
void table_free(struct table *t);

/* Each record, in order. 0 or -errno. */
int table_take(struct table *t, const struct report_to *to, const struct record *rec);

/* After the last record: sorts rows and gives columns their titles. 0 or -errno. */
int table_finish(struct table *t, const struct report_to *to);

/*
 * Finds runs with the same verdicts on the same checks (outcome, kind, change): `like` and
 * `count` of each. 0 or -ENOMEM.
 */
int table_group(struct table *t);

/* NULL if the check was not asked there. */
const struct table_answer *table_at(
	const struct table *t, const struct table_row *row, size_t column);

/* What was said: `length` bytes, to `out`. 0 or -errno. */
int table_evidence(const struct table *t, const struct table_answer *answer, FILE *out);

#endif
