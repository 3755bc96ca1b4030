/* The parts of the format "text", each a page's section made of one run's records. */
#ifndef PLIMSOLL_TEXT_H
#define PLIMSOLL_TEXT_H

#include "page.h"
#include "record.h"

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

enum ink outcome_ink(enum outcome o);

/* A text member that is not decoded into the struct; "" if it is not there. */
const char *record_text(const struct record *rec, const char *key);

/*
 * What was seen: stage and errno stand before the detail unless it names them. NULL
 * without memory; free() it.
 */
char *record_seen(const struct record *rec);

/* The item "fault", unless it is the one that the outcome implies. */
void text_fault(const struct page *p, const struct record *rec);

/*
 * Names, sorted as they come, condensed by area: "mnt: attach, rro; ns: user", wrapped in
 * column `at`. `name(ctx, i)` is the i-th, or NULL to leave it out.
 */
void text_names(const struct page *p, int at, size_t count,
	const struct record *(*name)(const void *ctx, size_t i), const void *ctx);

#endif
