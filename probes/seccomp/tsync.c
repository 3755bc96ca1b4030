/*
 * Can a filter be set for all threads of a process at once? (probes.md row 127.) A
 * program in Go has several before its own code runs, so that a filter of one thread
 * restricts nothing.
 *
 * In a child with two threads one sets a filter for getsid(2) without the flag, which
 * must not be felt by the other: the control. Then it sets one for getpgid(2) with
 * SECCOMP_FILTER_FLAG_TSYNC: the other thread must get the errno of both.
 */
#include <errno.h>
#include <linux/seccomp.h>

#include "ask.h"
#include "partner.h"
#include "seccomp_filters.h"
#include "uapi/unistd.h"

#define ACTION (SECCOMP_RET_ERRNO | SECCOMP_MADE_UP)

static struct verdict in_child(const struct ask *a, void *arg)
{
	struct partner partner;

	int err = partner_start(&partner);
	if (err)
		return answer_refused(a, "clone(thread)", err);
	int r = seccomp_set(SYS_getsid, ACTION, 0);
	if (r < 0)
		return answer_refused(a, "seccomp(SET_MODE_FILTER)", -r);
	if (call_getsid() != -SECCOMP_MADE_UP || partner_do(&partner, call_getsid) != 0)
		return answer_fail(
			"a filter set without SECCOMP_FILTER_FLAG_TSYNC is not that of "
			"just the thread which set it");
	r = seccomp_set(SYS_getpgid, ACTION, SECCOMP_FILTER_FLAG_TSYNC);
	if (r < 0)
		return answer_refused(a, "seccomp(TSYNC)", -r);
	if (r > 0)
		return answer_fail(
			"SECCOMP_FILTER_FLAG_TSYNC did not reach a thread that has no "
			"filter of its own");
	if (partner_do(&partner, call_getpgid) != -SECCOMP_MADE_UP ||
		partner_do(&partner, call_getsid) != -SECCOMP_MADE_UP)
		return answer_fail(
			"SECCOMP_FILTER_FLAG_TSYNC succeeded, but another thread is "
			"not under the filter");
	return answer_pass(
		"a second thread came under the filters of the first with the flag, "
		"and not without it");
}

static struct verdict ask(const struct ask *a)
{
	return ask_in_child(a, in_child, NULL);
}

const struct probe probe_seccomp_tsync = {
	.about = "a filter can be set for all threads of a process at once",
	.how = "One of two threads of a child sets a filter with "
	       "SECCOMP_FILTER_FLAG_TSYNC, and the other must come under it; without the "
	       "flag, before, it must not.",
	.man = "seccomp(2)",
	.since = "3.17",
	.kconfig = "CONFIG_SECCOMP_FILTER",
	.needed_by = "runc, containerd and other runtimes in Go (libseccomp)",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(seccomp),
	.ask = ask,
};
