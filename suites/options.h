/* Values of command line options. Each returns false if the text is not such a value. */
#ifndef PLIMSOLL_OPTIONS_H
#define PLIMSOLL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* A positive whole number, at most 64. */
bool option_count(const char *text, size_t *ret_count);

/* Seconds, whole or not, more than 0 and at most a day; in milliseconds. */
bool option_seconds(const char *text, int *ret_ms);

#endif
