/*
 * What cannot be asked as a question but explains answers: limits that masquerade as missing
 * features when they are used up, policies, which witnesses there are, and whether this is the
 * kernel it seems to be (probes.md, rows 28, 80, 125, 129, 137, 196, 221 to 229).
 */
#ifndef PLIMSOLL_HOST_H
#define PLIMSOLL_HOST_H

#include <jansson.h>

#include "env.h"

/*
 * {"limits": {sysctl: number}, "policies": {sysctl: number or text}, "lsms": [...],
 * "modules": {...}, "witnesses": {...}, "machine": "..."}; what cannot be read is left out. A new
 * object; NULL without memory.
 */
json_t *host_facts(const struct env *env);

#endif
