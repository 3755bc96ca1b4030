/*
 * What a runtime claims about itself in `features` (OCI runtime-spec, features.md), held
 * against the kernel: a claim that cannot be kept here is worth knowing before a pod finds out.
 */
#ifndef PLIMSOLL_CLAIMS_H
#define PLIMSOLL_CLAIMS_H

#include <jansson.h>

#include "runtime.h"

/* What `RUNTIME features` says; NULL if it says nothing that is JSON. A new reference. */
json_t *claims_read(const struct runtime *rt);

/*
 * Which of its members claims what this probe asks; NULL if none does. A static string:
 * "linux.mountExtensions.idmap.enabled".
 */
const char *claims_of_probe(const json_t *features, const char *probe);

#endif
