/*
 * Man pages and completions, made from what verbs say of themselves when plimsoll is built. Each
 * writes one text; that it could not be written is found out by fflush(3).
 */
#ifndef PLIMSOLL_MANUAL_H
#define PLIMSOLL_MANUAL_H

#include <stdio.h>

#include "choices.h"
#include "verb.h"

/* The source of plimsoll-VERB(1), for scdoc. */
void manual_verb(FILE *out, const char *name, const struct verb *verb);

/* That of plimsoll(1). */
void manual_program(FILE *out);

/* What the scripts beside this know: suites/manual/plimsoll.bash and so on. */
void manual_bash(FILE *out);
void manual_zsh(FILE *out);
void manual_fish(FILE *out);

/* What choices_of() has, or no choice at all: then what is made ends early, and says so. */
struct choices manual_choices(enum completion completes);

/* What a shell calls such a list: "probes"; NULL if it is none. */
const char *manual_list(enum completion completes);

/* The part of a name up to its slash is an area; true at its first name, in sorted lists. */
bool manual_area(const struct choices *c, size_t i, char *area, size_t size);

/* Writes a text within '...' for a shell, without the quotes. */
void manual_quoted(FILE *out, const char *text);

#endif
