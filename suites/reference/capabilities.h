/*
 * process.capabilities: five sets of bits, by the numbers of the kernel, so that what is
 * newer than libcap is dropped as well.
 */
#ifndef PLIMSOLL_REFERENCE_CAPABILITIES_H
#define PLIMSOLL_REFERENCE_CAPABILITIES_H

#include <jansson.h>
#include <stdint.h>

#include "fail.h"

#define CAPABILITY_SYS_ADMIN 21 /* its number; <linux/capability.h> */

struct capabilities {
	uint64_t bounding, effective, inheritable, permitted, ambient;
};

/*
 * What is asked for, less what this process cannot be granted: names that this build or
 * the kernel does not know, what it does not have itself, what contradicts itself (an
 * ambient one that is not inheritable). Both are no failure (config.md). A set that is
 * not given is empty, and so are all without process.capabilities.
 */
int capabilities_wanted(
	const json_t *process, struct capabilities *ret, struct failure *f);

/* While there is CAP_SETPCAP: the inheritable set, then the bounding set. */
int capabilities_bound(const struct capabilities *c, struct failure *f);

/* After a change of user (with PR_SET_KEEPCAPS): all that is permitted is effective
 * again, and the ambient set is there. */
int capabilities_raise(const struct capabilities *c, struct failure *f);

/* The last step. */
int capabilities_drop(const struct capabilities *c, struct failure *f);

#endif
