/* What the questions about seccomp filters share. */
#ifndef PLIMSOLL_SECCOMP_FILTERS_H
#define PLIMSOLL_SECCOMP_FILTERS_H

#include <linux/filter.h>

#include "answer.h"

#define SECCOMP_MADE_UP \
	131 /* an errno that the calls which are filtered here never give */

/* A filter that answers one call with `action` (SECCOMP_RET_*) and lets others go. */
struct one_call {
	struct sock_filter code[4];
	struct sock_fprog program;
};
void one_call_make(struct one_call *filter, int nr, unsigned action);

/*
 * Sets such a filter, and no_new_privs before, for good: for a child of the question's.
 * What seccomp(2) returns: 0, a listener, the thread that TSYNC could not reach; or
 * -errno.
 */
int seccomp_set(int nr, unsigned action, unsigned flags);

/* What getpgid(2) and getsid(2) give here, which are the calls filtered: 0 or -errno. */
int call_getpgid(void);
int call_getsid(void);

/*
 * Is a flag of SECCOMP_SET_MODE_FILTER known? Asked with a filter at address 0, so that
 * none is ever set: EFAULT if so, EINVAL if not; the same call without it has to be
 * EFAULT, and with a bit that no kernel knows EINVAL. True, or false with what to answer.
 */
bool seccomp_knows_flag(const struct ask *a, const char *stage, unsigned flag,
	struct verdict *ret_answer);

/* Is an action known (SECCOMP_GET_ACTION_AVAIL)? One that there is not is the control. */
bool seccomp_knows_action(const struct ask *a, const char *stage, unsigned action,
	struct verdict *ret_answer);

/*
 * Is the action called `name` among those the kernel logs? 1, 0 with the verdict that
 * says so, -1 if it cannot be told.
 */
int seccomp_logs(const struct ask *a, const char *name, struct verdict *ret_denied);

#endif
