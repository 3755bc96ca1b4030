/*
 * What changed between two runs, or files of runs: the records of the newer side (NEW), each with
 * the member "change" (change.h), and those that only the older side (OLD) has.
 *
 * The same check is of the same type, name, subject and sabotage, on the same kernel in the same
 * variation, of the same runtime, by the same asker. The latter four are dimensions: in one of
 * which both sides have a single value the values are taken for the same, whatever they are (6.1
 * and 6.12; runc-1.1.5 and runc-1.3.6). Where a side has several they have to be equal; a kernel
 * is called by its label, and by its release where a side has no label. Of several runs of the
 * same in OLD the last counts; in NEW each is compared. What is gone already in a comparison that
 * is compared is left out.
 */
#ifndef PLIMSOLL_COMPARE_H
#define PLIMSOLL_COMPARE_H

#include "reader.h"

struct compare_options {
	const char *file; /* what OLD is called; borrowed */
	bool all;         /* give what is the same, too; else it is only counted */
	/* OLD is the measure that NEW is held against: all is given, and what NEW did not ask for
	 * (another verb, asker, runtime, directory, kernel) is not gone. */
	bool baseline;
	bool some; /* with a baseline: NEW was asked only for some checks, none is gone */
	/* NEW has several of them, whatever was met so far. */
	bool several_kernels, several_runtimes;
};

struct compare;

/* NULL without memory. It grows with the checks of OLD; NEW is not kept. */
struct compare *compare_new(const struct compare_options *opt);
void compare_free(struct compare *c); /* NULL is fine */

/* A record_fn: each record of OLD, in order. 0 or -ENOMEM. */
int compare_old(void *c, const struct record *rec);

/*
 * A record_fn: each record of NEW, before the first compare_record(), so that it is known what
 * values it has. Without this, the values met so far are all there are.
 */
int compare_expect(void *c, const struct record *rec);

/* A record_fn: is there the same check in OLD? compare_common() counts. 0 or -ENOMEM. */
int compare_find(void *c, const struct record *rec);

/*
 * Each record of NEW, in order: gives to `fn` a copy that says what changed, or nothing if that is
 * nothing. Before the last end of a kernel, variation and guest's runtime come those that are gone
 * there. The ends count what was given. 0, what `fn` returned, or -ENOMEM.
 */
int compare_record(struct compare *c, const struct record *rec, record_fn fn, void *ctx);

/* Behind the last record of NEW: the runs that only OLD has, as runs of their own whose env has
 * the change "gone". Nothing of a baseline. */
int compare_finish(struct compare *c, record_fn fn, void *ctx);

/* How many records of NEW were given, or left out, for each change. */
size_t compare_count(const struct compare *c, enum change change);
/* How many of NEW have the same check in OLD. */
size_t compare_common(const struct compare *c);
/* How many of OLD were not met in NEW, and not told to be gone. */
size_t compare_unasked(const struct compare *c);

/* "kernel 6.1; asker root, user": what a side has, printable. NULL without memory; free() it. */
char *compare_names(const struct compare *c, bool old);

/* The word for two verdicts on the same check. */
enum change compare_verdicts(const struct record *was, const struct record *is);

/*
 * What of a record lasts from run to run: a copy without times, logs, witnesses and what else of
 * a host varies; of a pass without what was seen. NULL without memory.
 */
json_t *record_lasting(const struct record *rec);

#endif
