/*
 * The parts of the format "text", each a page's section made of one run's records; and what
 * other formats for people share with it.
 */
#ifndef PLIMSOLL_TEXT_H
#define PLIMSOLL_TEXT_H

#include "page.h"
#include "reporter.h"

/* The records of one run, in order. */
struct run {
	struct record *recs;
	size_t count, room;
};

/* Keeps a reference to the record. 0 or -ENOMEM. */
int run_keep(struct run *run, const struct record *rec);
void run_forget(struct run *run);

/* 0 or -ENOMEM; nothing is written for a run without probes, cases, proofs. */
int text_probes(const struct page *p, const struct run *run);
int text_cases(const struct page *p, const struct run *run);
int text_proofs(const struct page *p, const struct run *run);

/*
 * Instead of text_probes() for a run whose questions were asked from other viewpoints than
 * root and user: what differs comes first.
 */
bool text_has_viewpoints(const struct run *run);
int text_viewpoints(const struct page *p, const struct run *run);

/* The section of witnesses that contradict what was seen. 0 or -ENOMEM. */
int text_contradictions(const struct page *p, const struct run *run);

/* Instead of text_probes() where there are profiles: 0 or -ENOMEM. */
int text_profiles(const struct page *p, const struct run *run);
/* Their tallies: how many are ready, and how many of the questions pass. */
void text_profiles_tally(const struct page *p, const struct run *run);

/* A line, wrapped, of what `add_all` writes of an env; none for nothing. 0 or -ENOMEM. */
int text_header_line(const struct page *p, const struct record *env,
	void (*add_all)(FILE *f, const struct record *env));

/* The section about the guest, unless it ran to its end. */
void text_boot(const struct page *p, const struct run *run);

/* The section of what the kernel warned of during checks that are not shown otherwise. */
void text_warnings(const struct page *p, const struct run *run);

/* --- what changed since another run --- */

enum text_compared {
	TEXT_ALONE,    /* it was not compared */
	TEXT_COMPARED, /* what changed is here */
	TEXT_BASELINE, /* all is here, and what changed is marked */
	TEXT_GONE,     /* a run that only the older side has */
};

enum text_compared text_compared(const struct run *run);

/* Instead of the header of a run that was not compared. 0 or -ENOMEM. */
int text_compared_header(const struct page *p, const struct run *run);

/* The sections of what changed, and of a baseline what is known to fail. 0 or -ENOMEM. */
int text_changes(const struct page *p, const struct run *run);

/* One line: how many of each, and how many are the same. */
void text_changes_counts(const struct page *p, const struct run *run);

/* Runs in which nothing changed. Starts zeroed; text_same_free() is due. */
struct text_same {
	struct run first; /* if it is the only one, it is shown as any other */
	size_t runs, answers;
	char *names;
};

/* 1 if it is such a run, which is taken; 0 if not; or -ENOMEM. */
int text_same_take(struct text_same *s, struct run *run);
void text_same_put(const struct page *p, const struct text_same *s);
void text_same_free(struct text_same *s);

/* --- for all formats for people --- */

/* Is it one of the questions that the format "summary" begins with? */
bool summary_asks(const char *probe);

/* A page of the width that is wanted, or of one that can be read. */
struct page text_page(const struct report_to *to);

enum ink outcome_ink(enum outcome o);

/* Which of two answers to the same question is shown: the heavier one, what is wrong. */
int outcome_weight(enum outcome o);

/*
 * What was seen: stage and errno stand before the detail unless it names them. NULL
 * without memory; free() it.
 */
char *record_seen(const struct record *rec);

/* The item "fault", unless it is the one that the outcome implies. */
void text_fault(const struct page *p, const struct record *rec);

/* The items of a guest that came to no good end, with that many lines of its console. */
void text_boot_items(const struct page *p, const struct record *rec, size_t console);

/* The item "log": what the kernel warned of meanwhile, if it did. */
void text_log(const struct page *p, const struct record *rec);

struct text_name {
	const char *name; /* NULL to leave it out */
	const char *subject;
};

/*
 * Names, sorted as they come, condensed by area: "mnt: attach, rro; ns: user", wrapped in
 * column `at`. `name(ctx, i)` is the i-th.
 */
void text_names(const struct page *p, int at, size_t count,
	struct text_name (*name)(const void *ctx, size_t i), const void *ctx);

/* NULL is left out. */
struct text_name record_text_name(const struct record *rec);

/* How many of each outcome. */
struct tally {
	size_t counts[OUTCOME_COUNT], silent;
};

void tally_add(struct tally *t, const struct record *rec);

/* "41 cases: 1 fail, 40 pass", in colour; zeros are left out, nothing at all is no line. */
void tally_line(const struct page *p, const struct tally *t, const char *what);

#endif
