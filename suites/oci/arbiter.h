/*
 * Whose fault is it? What the reference runtime makes of a case tells a runtime's fault from
 * the kernel's, a policy's and our own:
 *
 *   the reference passes                             the runtime
 *   both fail, and a probe the case needs does not   what that probe says: the kernel, a policy
 *   both fail, and all of those probes pass          ours: the case then is an error
 *
 * But what a runtime accepted and did not do is its own fault, whoever else does the same; and
 * a policy that is known to be the cause stays that.
 */
#ifndef PLIMSOLL_ARBITER_H
#define PLIMSOLL_ARBITER_H

#include <jansson.h>
#include <stdbool.h>

#include "verdict.h"

/* Is it worth asking the reference? `trouble`: the trial itself came to nothing. */
bool arbiter_wanted(const struct verdict *v, bool trouble);

/*
 * Changes `v`, what the judge says of a runtime under test, by what he says of the reference.
 * `missing` is the verdict on a probe that the case needs and that is not `pass`, or NULL.
 */
void arbitrate(struct verdict *v, const struct verdict *reference,
	const struct verdict *missing, const char *missing_name);

/* The member "arbiter" of the case's record: what the reference made of it. */
json_t *arbiter_json(const struct verdict *reference);

#endif
