/*
 * Text of records on its way into formats that machines read. Most of it is plain and goes
 * as it is; only what is not costs a copy.
 */
#ifndef PLIMSOLL_LINE_H
#define PLIMSOLL_LINE_H

#include <jansson.h>
#include <stdio.h>

/*
 * `text` as one printable line, without tabs and outer blanks, of any length: itself, or a copy
 * that is kept in *copy, which starts as NULL and is freed by the caller. "" without memory.
 */
const char *line_of(const char *text, char **copy);

/* JSON, compact and all ASCII: no byte of it can talk to a terminal. 0 or -EIO. */
int line_json(const json_t *json, FILE *out);

/* A JSON string; what is not printable is replaced, newlines and tabs are kept. 0 or -EIO. */
int line_json_text(const char *text, FILE *out);

#endif
