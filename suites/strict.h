/*
 * The strict reading of the JSON files that people write: a key that is unknown, missing, of
 * another kind or there twice is an error, and an error is one sentence that names file, line
 * and key: "FILE:LINE: /KEY: what is wrong".
 */
#ifndef PLIMSOLL_STRICT_H
#define PLIMSOLL_STRICT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "cleanup.h"

/* A file that is being read, and where its error is put. */
struct strict {
	const char *file; /* as messages show it */
	const char *text; /* what is in it */
	char *why;
	size_t why_size;
};

/* What a string has to be. */
struct strict_form {
	const char *words; /* after "must be" */
	bool (*is)(const char *text);
};

/* A member that an object may have. */
struct strict_member {
	const char *key;
	json_type type; /* JSON_TRUE is any boolean */
	bool required;
	const struct strict_form *form; /* of a string; NULL: any */
};

/* The text as JSON, a new reference; NULL with the error in `why`. */
json_t *strict_parse(const struct strict *s, size_t len);

/* Puts the error at `pointer` (RFC 6901, but without escapes) into `why`; -EINVAL. */
int strict_complain(const struct strict *s, const char *pointer, const char *fmt, ...)
	_printf_(3, 4);

/* Each checks what stands at `pointer`: 0, or -EINVAL with the error in `why`. */
int strict_value(const struct strict *s, const json_t *value, const char *pointer,
	json_type type, const struct strict_form *form);
int strict_members(const struct strict *s, const json_t *object, const char *pointer,
	const struct strict_member *members, size_t count);
/* A list of such objects; NULL is fine. */
int strict_list(const struct strict *s, const json_t *list, const char *pointer,
	const struct strict_member *members, size_t count);

/*
 * The line, from 1, on which the key at the end of the JSON pointer stands in `text`, which is
 * JSON; if it is not there, that of what it is not in.
 */
int json_line(const char *text, const char *pointer);

#endif
