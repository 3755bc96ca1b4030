/*
 * A fact is something that can be looked at from inside a container, or on the host: one
 * file, suites/oci/facts/NAME.c, holds one fact, `const struct fact fact_NAME`. The same code
 * runs in the witness (libc only, static) and on the host for "host:" observations. A fact
 * knows no expectations: it reports what it sees, and an errno where it is refused.
 */
#ifndef PLIMSOLL_FACT_H
#define PLIMSOLL_FACT_H

#include <stddef.h>
#include <stdio.h>

#include "cleanup.h"

struct fact {
	const char *about; /* what is reported, and as which JSON value */
	/* Writes exactly one JSON value. `path` is absolute, or "" if the fact has none. */
	void (*look)(FILE *out, const char *path);
};

struct fact_entry {
	const char *name;
	const struct fact *fact;
};

extern const struct fact_entry fact_table[];
extern const size_t fact_count;

/* Finds "write" in "write/vol"; *ret_path points at "/vol", or at "". NULL if unknown. */
const struct fact *fact_find(const char *name, const char **ret_path);

/* Writes a JSON string; what is not UTF-8 becomes U+FFFD. */
void say_text(FILE *out, const char *text, size_t len);
void say_string(FILE *out, const char *text);

/* "ok" for 0, else the errno's name. */
void say_errno(FILE *out, int err);

/* The text of a file of at most 64 KiB, or the errno's name. */
void say_file(FILE *out, const char *path);

/* The strings of a NUL-separated file, such as /proc/self/environ, as an array. */
void say_strings(FILE *out, const char *path);

#endif
