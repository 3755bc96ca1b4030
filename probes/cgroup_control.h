/* Is a controller of cgroup v2 to be had here, and if not, what keeps it away? */
#ifndef PLIMSOLL_CGROUP_CONTROL_H
#define PLIMSOLL_CGROUP_CONTROL_H

#include "answer.h"

enum controller_state {
	CONTROLLER_WORKS, /* it is enabled in the scratch cgroup now */
	CONTROLLER_LISTED, /* this process's own cgroup has it, and would have to hand it on */
	CONTROLLER_UNKNOWN,
	CONTROLLER_DISABLED, /* at boot */
	CONTROLLER_BOUND_TO_V1,
	CONTROLLER_WITHHELD, /* a cgroup further up does not hand it down */
	CONTROLLER_STATES
};

/*
 * Enables the controller in the scratch cgroup. The answer has three meanings (cgroups(7)):
 * accepted; EINVAL, the kernel does not know it or has it disabled; ENOENT, it is known and
 * not to be had here. What is accepted has to be: the control is an empty line. 0, or -1 with
 * *ret_refused if it cannot be asked.
 */
int controller_enable(const struct ask *a, const char *name,
	enum controller_state *ret_state, struct verdict *ret_refused);

/* Why the root cgroup itself does not have the controller. */
enum controller_state controller_absence(const struct ask *a, const char *name);

/* The verdict on controllers ("memory io") that are all in this state, which is a "no". */
struct verdict controller_missing(const struct ask *a, enum controller_state state,
	const char *names, const char *detail);

/* Is a parameter of the kernel's command line, "name=", given this word? */
bool boot_parameter(const struct env *env, const char *name, const char *word);

#endif
