/*
 * The probes of a run as a table: one row for each question, one column for each asker. Shared
 * by the sections that show it in full, in brief, and by what differs.
 */
#ifndef PLIMSOLL_TEXT_TABLE_H
#define PLIMSOLL_TEXT_TABLE_H

#include "text.h"

struct row {
	const struct record *first;  /* for name, subject, about */
	const struct record **cells; /* one for each asker; NULL: not asked */
	enum outcome worst;
	char *seen; /* the items that say what was seen; for text_probes.c */
	char *why;  /* those that say why and what to do */
	bool done;
};

struct table {
	const char **askers;
	size_t asker_count;
	struct row *rows; /* sorted by name and subject */
	size_t row_count;
	int name_width;
};

/* 0 or -ENOMEM; text_table_free() is due in any case. */
int table_make(const struct run *run, struct table *ret_table);
void text_table_free(struct table *t);

/* "mnt/rro" or "idmap/path on /var/lib". NULL without memory; free() it. */
char *table_row_name(const struct row *row);

/* Does it pass for all who were asked? */
bool table_row_passes(const struct table *t, const struct row *row);

/* How wide the column of an asker is, its distance to the next left out. */
int table_cell_width(const struct table *t, size_t asker);

/* What is denied, absent and passes of a table that is too long to be shown in full. */
int text_brief(const struct page *p, const struct table *t);

#endif
