/* What a case expects of a fact: a literal, or an object with one matcher as its member. */
#ifndef PLIMSOLL_MATCH_H
#define PLIMSOLL_MATCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/*
 *   {"equals": X}     the same value (the way to expect an object)
 *   {"contains": X}   a string with X in it; an array with the element X, or all those in X
 *   {"absent": X}     not so
 *   {"matches": RE}   a string or number that a POSIX extended expression matches
 *   {"subset": {..}}  an object with at least these members, each matched in turn
 *   {"errno": X}      the name of an errno, or one of those in the array X
 */
bool match(const json_t *want, const json_t *got);

/*
 * What is worth showing of a mismatch: of a subset, only the members that do not match. New
 * references in *ret_want and *ret_got (which may be NULL).
 */
void match_narrow(
	const json_t *want, const json_t *got, json_t **ret_want, json_t **ret_got);

/* Checks the form. 0, or -EINVAL with a sentence in `why`. */
int match_check(const json_t *want, char *why, size_t why_size);

#endif
