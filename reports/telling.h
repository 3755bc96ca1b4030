/*
 * A verdict told in plain lines, for formats that have no structure below a check: "remedy:
 * sysctl ...". Each line is printable and has no newline, but may begin and go on with anything.
 */
#ifndef PLIMSOLL_TELLING_H
#define PLIMSOLL_TELLING_H

#include "record.h"

/* `line` is borrowed for the call. */
typedef void (*line_fn)(void *ctx, const char *line);

/* What is known beside gate_reason(): obligation, who has to act, what to do, what was seen. */
void telling_verdict(const struct record *rec, line_fn put, void *ctx);

/* What the kernel and the guest's console said, `most` lines of each at most (the last ones of a
 * console, the first ones of a log). */
void telling_log(const struct record *rec, size_t most, line_fn put, void *ctx);

#endif
