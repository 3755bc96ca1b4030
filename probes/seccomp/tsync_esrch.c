/*
 * Is it an error if a filter cannot be set for all threads? (probes.md row 133.) By
 * itself seccomp(2) returns the id of the thread it could not reach, which cannot be told
 * from the descriptor of a listener: only with this flag may a filter with a listener be
 * set for all.
 *
 * In a child a second thread sets a filter of its own, so that it cannot be reached.
 * TSYNC alone must return its id, and with SECCOMP_FILTER_FLAG_TSYNC_ESRCH fail with
 * ESRCH. As the same call without the flag was accepted, EINVAL means that it is not
 * known (before 5.7).
 */
#include <errno.h>
#include <linux/seccomp.h>

#include "ask.h"
#include "partner.h"
#include "seccomp_filters.h"
#include "uapi/seccomp.h"

static int set_own(void)
{
	return seccomp_set(SYS_getsid, SECCOMP_RET_ERRNO | SECCOMP_MADE_UP, 0);
}

static struct verdict in_child(const struct ask *a, void *arg)
{
	unsigned action = SECCOMP_RET_ERRNO | SECCOMP_MADE_UP;
	struct partner partner;

	int err = partner_start(&partner);
	if (err)
		return answer_refused(a, "clone(thread)", err);
	int r = partner_do(&partner, set_own);
	if (r < 0)
		return answer_refused(a, "seccomp(SET_MODE_FILTER)", -r);
	int tid = seccomp_set(SYS_getpgid, action, SECCOMP_FILTER_FLAG_TSYNC);
	if (tid < 0)
		return answer_refused(a, "seccomp(TSYNC)", -tid);
	if (tid == 0)
		return answer_fail(
			"SECCOMP_FILTER_FLAG_TSYNC replaced the filter that another "
			"thread had set for itself");
	r = seccomp_set(SYS_getpgid, action,
		SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH);
	if (r == -ESRCH)
		return answer_pass(
			"with the flag, a thread that cannot be reached gave ESRCH; "
			"without it, its id");
	if (r < 0)
		return answer_refused(a, "seccomp(TSYNC_ESRCH)", -r);
	return answer_fail(
		"SECCOMP_FILTER_FLAG_TSYNC_ESRCH was accepted, but did not fail for a "
		"thread that cannot be reached");
}

static struct verdict ask(const struct ask *a)
{
	return ask_in_child(a, in_child, NULL);
}

const struct probe probe_seccomp_tsync_esrch = {
	.about = "a filter with a listener can be set for all threads of a process at "
		 "once",
	.how = "Setting a filter for a thread that has one of its own must fail with "
	       "ESRCH; without the flag the thread's id is returned.",
	.man = "seccomp(2)",
	.since = "5.7",
	.kconfig = "CONFIG_SECCOMP_FILTER",
	.needed_by = "libseccomp (a listener and TSYNC together)",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(seccomp),
	.ask = ask,
};
