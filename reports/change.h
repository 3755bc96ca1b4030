/*
 * What became of a check since another run: of `plimsoll diff`, and of a run that is held
 * against a baseline. A record that was compared has the member "change": "is" is the word
 * below, "was" what the other run's record said (outcome, kind, fault, stage, errno, detail,
 * layer, cause, remedy, as far as it said them; nothing for a new one). A record that is gone
 * is the other run's, its verdict as it was.
 */
#ifndef PLIMSOLL_CHANGE_H
#define PLIMSOLL_CHANGE_H

#include "verdict.h"

enum change {
	CHANGE_NONE,      /* not compared */
	CHANGE_SAME,      /* nothing that matters is different */
	CHANGE_REGRESSED, /* it passed, or was not asked, and now it fails or is missing */
	CHANGE_UNKNOWN,   /* it was known, and now we failed to ask */
	CHANGE_FIXED,     /* now it passes */
	CHANGE_OTHER,     /* another verdict, neither better nor worse: "changed" */
	CHANGE_CAUSE,     /* the same outcome, from another cause: "cause-changed" */
	CHANGE_NEW,       /* the other run had no such check */
	CHANGE_GONE,      /* only the other run had it */
	CHANGE_COUNT,
};

/* The word in records; "" for CHANGE_NONE. */
const char *change_name(enum change c);

/* The value for a word; -EINVAL if there is none. */
int change_from_name(const char *name);

#endif
