/*
 * What a runtime leaves on the host: mounts (with the options of their superblocks: a plain
 * mount of cgroup2 can change the host's), cgroups, processes, its own state, sysctls.
 */
#ifndef PLIMSOLL_RESIDUE_H
#define PLIMSOLL_RESIDUE_H

#include "trial.h"

/* What stands now. The caller owns it. */
json_t *residue_snapshot(const struct trial *t);

/* What differs now from a snapshot: an array of sentences, empty if nothing does. */
json_t *residue_since(const struct trial *t, const json_t *before);

#endif
