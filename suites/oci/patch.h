/* Changes to JSON documents as data: RFC 7396 (merge patch) and RFC 6902 (patch). */
#ifndef PLIMSOLL_PATCH_H
#define PLIMSOLL_PATCH_H

#include <jansson.h>

/* Merges `patch` into the object `doc`. 0 or -ENOMEM. */
int patch_merge(json_t *doc, const json_t *patch);

/*
 * Applies the operations of `patch` (an array; add, remove, replace) to `doc` in order. An
 * array index may be -1 for its last element, beyond RFC 6901. 0, or -EINVAL with a sentence
 * in `why`; `doc` may then be changed in part.
 */
int patch_apply(json_t *doc, const json_t *patch, char *why, size_t why_size);

/* Checks the form of such an array without a document. 0, or -EINVAL with `why`. */
int patch_check(const json_t *patch, char *why, size_t why_size);

#endif
