/* From a case to a bundle on disk, and what the case wants prepared outside the container. */
#ifndef PLIMSOLL_BUNDLE_H
#define PLIMSOLL_BUNDLE_H

#include "trial.h"

/*
 * Prepares t->workspace: host/ with the case's mounts, directories, files and namespaces;
 * bundle/ with config.json and a root file system that holds the witness and its request.
 * Sets t->config and t->steps. Strings that begin with "@" become paths: "@id" and "@bundle"
 * the container's id and bundle, "@NAME" host/NAME. 0, or -errno with a sentence in `why`;
 * -EINVAL means that the fixture is at fault.
 */
int bundle_make(struct trial *t, char *why, size_t why_size);

/* The directories of an empty root file system, the top among them. 0 or -errno. */
int bundle_rootfs(const char *rootfs);

/* What "@NAME", "@id" or "@bundle" stands for. */
void bundle_resolve(const struct trial *t, const char *text, char *ret_path, size_t size);

/* The same in every string of a JSON value; a new reference. */
json_t *bundle_resolve_json(const struct trial *t, const json_t *value);

/* The other way round, so that a case can expect "@id" and "@bundle" of what is said. */
json_t *bundle_unresolve_json(const struct trial *t, const json_t *value);

#endif
