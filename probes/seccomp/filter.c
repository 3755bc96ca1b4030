/*
 * Can a process restrict its system calls for good? (probes.md row 126.) Every container
 * profile is such a filter.
 *
 * In a child getsid(2) is asked before and after a filter was set that answers it with an
 * errno of our choice; getpgid(2), which the filter lets through, must go on as before.
 * It is set with prctl(2), the older of the two ways. Where filters are not built in that
 * is EINVAL, and a filter at address 0 EFAULT where they are.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "ask.h"
#include "seccomp_filters.h"
#include "uapi/unistd.h"

static struct verdict in_child(const struct ask *a, void *arg)
{
	struct one_call filter;

	one_call_make(&filter, SYS_getsid, SECCOMP_RET_ERRNO | SECCOMP_MADE_UP);
	int before = call_getsid();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return answer_refused(a, "prctl(NO_NEW_PRIVS)", errno);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter.program, 0, 0) < 0)
		return answer_refused(a, "prctl(SECCOMP_MODE_FILTER)", errno);
	if (before != 0)
		return answer_error("getsid", -before,
			"the control failed: getsid is refused "
			"without our filter");
	if (call_getsid() != -SECCOMP_MADE_UP)
		return answer_fail(
			"a filter was set, but getsid(2) is not answered as it says");
	if (call_getpgid() != 0)
		return answer_fail(
			"a filter was set, and a call is refused that it lets through");
	return answer_pass(
		"getsid(2) was answered with the errno that the filter says, and "
		"worked before; getpgid(2), which it lets through, works");
}

static struct verdict ask(const struct ask *a)
{
	return ask_in_child(a, in_child, NULL);
}

const struct probe probe_seccomp_filter = {
	.about = "a process can restrict its system calls with a filter",
	.how = "A child sets a filter that answers one call with an errno of our choice. "
	       "That call worked before, and another goes on working.",
	.man = "seccomp(2)",
	.since = "3.5",
	.kconfig = "CONFIG_SECCOMP_FILTER",
	.needed_by = "runc, crun, containerd, systemd, Kubernetes (seccompProfile)",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(prctl),
	.ask = ask,
};
