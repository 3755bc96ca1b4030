/*
 * The parts of the format "fleet": many nodes, those with the same answers as one group. A node
 * is a run, called by its file.
 */
#ifndef PLIMSOLL_FLEET_H
#define PLIMSOLL_FLEET_H

#include "table.h"
#include "text.h"

/* Nodes with the same verdicts on the same checks. */
struct fleet_group {
	size_t *runs; /* in the order of their names; the first stands for all */
	size_t count;
};

struct fleet {
	struct table table;
	char **names; /* one for each run, printable lines, no two alike */
	/* The largest first; last come those of runs that did not come to their end. */
	struct fleet_group *groups;
	size_t group_count;
	/* The columns of each run: [from, to). */
	size_t *from[TABLE_COUNT], *to[TABLE_COUNT];
	char *lost[32]; /* why a file could not be read: the first ones */
	size_t lost_count;
};

/* After table_finish(): names, columns and groups. 0 or -ENOMEM; fleet_free() is due. */
int fleet_group(struct fleet *f);
void fleet_free(struct fleet *f);

/* --- names --- */

/*
 * What tells the runs from each other: the file without what all files have in common, the run's
 * label behind it where a file has several. 0 or -ENOMEM.
 */
int fleet_names(const struct table *t, char **names);

/*
 * "node-001..node-037, node-040": names, sorted with strverscmp(3), numbers in a row as a range.
 * At most `most` of these, then how many names are left out. NULL without memory; free() it.
 */
char *fleet_ranges(char *const *names, size_t count, size_t most);

/* --- answers --- */

/* What a table of a fleet keeps of a record: what was seen, or why. 0 or -errno. */
int fleet_evidence(FILE *out, const struct record *rec, void *ctx);

/* What is wrong in the first group. 0 or -ENOMEM, as are these: */
int fleet_put_wrong(const struct page *p, const struct fleet *f);

/* What group `i` answers otherwise than the first. */
int fleet_put_differences(const struct page *p, const struct fleet *f, size_t i);

/* What passes on no node. */
int fleet_put_lacking(const struct page *p, const struct fleet *f);

#endif
