/* What is known of a probe before it is asked: for `list` and `explain`. */
#ifndef PLIMSOLL_CATALOGUE_H
#define PLIMSOLL_CATALOGUE_H

#include <jansson.h>

#include "probe.h"

/* NULL if there is no such probe. */
const struct probe_entry *probe_find(const char *name);

/*
 * {"type": "probe", "name", "about", "how", "man", "since", "kconfig", "needed_by", "blocked_by",
 * "modules", "needs": [...], "calls": [...]}, without what is not known. A new reference.
 */
json_t *catalogue_probe(const struct probe_entry *entry);

/* What it finds ready, in words: "a mount namespace of its own". NULL behind the last one. */
const char *catalogue_need(unsigned needs, size_t nth);

#endif
