/* The facts of a case that were not as wanted, in words. */
#ifndef PLIMSOLL_OBSERVED_H
#define PLIMSOLL_OBSERVED_H

#include "record.h"

/* How many there are. */
size_t observed_count(const struct record *rec);

/*
 * The one at place `i`, from 0: "write/vol/sub: wanted EROFS, got ok", a printable line. NULL if
 * there is none, or without memory; free() it.
 */
char *observed_text(const struct record *rec, size_t i);

/* What was seen, in one line: the first of them, else what record_seen() says. As above. */
char *observed_seen(const struct record *rec);

#endif
