/* What a case wants prepared: its "host" and "rootfs" members. */
#ifndef PLIMSOLL_PREPARE_H
#define PLIMSOLL_PREPARE_H

#include "trial.h"

/* mkdir -p of the directories above `path`; the last one too if `self`. 0 or -errno. */
int make_parents(char *path, bool self);

/* Is there a namespace of this OCI name that can be prepared? */
bool prepare_knows_namespace(const char *type);

/*
 * Makes it below host/ of the workspace, in the dock's own mount namespace, where it dies
 * with the dock. In this order: mounts, dirs, files, links, namespaces. 0, or -errno with a
 * sentence in `why`.
 */
int prepare_host(const struct trial *t, char *why, size_t why_size);

/* The same for the root file system that is there already: dirs, files, links. */
int prepare_rootfs(const struct trial *t, char *why, size_t why_size);

#endif
