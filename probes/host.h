/*
 * What cannot be asked as a question but explains answers: limits that masquerade as missing
 * features when they are used up, policies, which witnesses there are, and whether this is the
 * kernel it seems to be (probes.md, rows 28, 80, 125, 129, 137, 196, 221 to 229).
 */
#ifndef PLIMSOLL_HOST_H
#define PLIMSOLL_HOST_H

#include <jansson.h>

#include "env.h"
#include "verdict.h"

/*
 * {"limits": {sysctl: number}, "policies": {sysctl: number or text}, "lsms": [...],
 * "modules": {...}, "witnesses": {...}, "machine": "..."}; what cannot be read is left out. A new
 * object; NULL without memory.
 */
json_t *host_facts(const struct env *env);

/*
 * What this kernel or its /proc is, if not what it seems to be: "gVisor", "WSL2", "lxcfs over
 * /proc", ... NULL if nothing tells. Static.
 */
const char *host_machine(const struct env *env);

/* Adds to a remedy what it comes to on such a machine (NULL: none). */
void host_remedy(const char *machine, struct verdict *v);

#endif
