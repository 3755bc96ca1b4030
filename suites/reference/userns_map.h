/* linux.uidMappings and linux.gidMappings, written for a process from outside. */
#ifndef PLIMSOLL_REFERENCE_USERNS_MAP_H
#define PLIMSOLL_REFERENCE_USERNS_MAP_H

#include <sys/types.h>

#include "config.h"

/*
 * Writes the maps of `pid`, which is alone in a new user namespace: directly where the caller may,
 * else through newuidmap(1) and newgidmap(1), else, for one id that is the caller's own, with
 * setgroups(2) denied (user_namespaces(7)). 0 or -errno.
 */
int userns_map(pid_t pid, const struct config *c, struct failure *f);

/* The same of a process in a user namespace that was joined: where mappings are given, they must
 * be what that namespace has. 0 or -errno. */
int userns_map_check(pid_t pid, const struct config *c, struct failure *f);

/* The id outside that `inside` is; -1 if it is not mapped. */
long long userns_map_outside(const json_t *mappings, long long inside);

#endif
