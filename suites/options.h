/* Values on the command line. */
#ifndef PLIMSOLL_OPTIONS_H
#define PLIMSOLL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* A positive whole number, at most 64; false if the text is no such value. */
bool option_count(const char *text, size_t *ret_count);

/* Seconds, whole or not, more than 0 and at most a day; in milliseconds. False otherwise. */
bool option_seconds(const char *text, int *ret_ms);

/* Is the name one of `names`, or matched by a glob among them? None at all match any. */
bool option_names(char *const *names, size_t count, const char *name);

#endif
