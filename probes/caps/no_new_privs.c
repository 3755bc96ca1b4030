/*
 * Can a process give up for good what execve(2) may grant? (probes.md row 191.) It is
 * Kubernetes' allowPrivilegeEscalation: false and OCI's noNewPrivileges.
 *
 * The effect that takes no set-uid program: without CAP_SYS_ADMIN a seccomp filter may be set
 * only with it. A child without capabilities is refused (EACCES) before, and not after.
 * Then it must be told as set, be inherited, and not be taken back (EINVAL).
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "caps.h"
#include "record.h"

/* A filter that allows everything: 0 or a positive errno. */
static int set_filter(void)
{
	struct sock_filter allow[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	struct sock_fprog program = { ARRAY_SIZE(allow), allow };

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0 ? errno : 0;
}

static bool is_set(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

static struct verdict inherited(const struct ask *a, void *arg)
{
	return is_set()
		? answer_pass("inherited")
		: answer_fail("a child of a process with no_new_privs is without");
}

static struct verdict in_child(const struct ask *a, void *arg)
{
	struct caps none = { 0 };
	bool before = is_set();

	if (caps_set(&none) < 0)
		return answer_refused(a, "capset", errno);
	int without = set_filter();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return answer_refused(a, "prctl(no_new_privs)", errno);
	int with = set_filter();
	if (!is_set() || (!before && without == 0))
		return answer_fail("PR_SET_NO_NEW_PRIVS succeeded and %s",
			is_set() ? "made no difference to a seccomp filter"
				 : "is not told as set");
	if (with)
		return answer_refused(a, "seccomp", with);
	if (prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0 || errno != EINVAL)
		return answer_fail("PR_SET_NO_NEW_PRIVS was taken back");
	struct verdict v = ask_in_child(a, inherited, NULL);
	if (v.outcome != OUTCOME_PASS)
		return v;
	if (before)
		return answer_pass(
			"it was on already here, is inherited, and cannot be taken back (EINVAL)");
	return answer_pass(
		"without capabilities a seccomp filter was refused (%s) before, and not after; it "
		"is inherited and cannot be taken back (EINVAL)",
		errno_name(without));
}

static struct verdict ask(const struct ask *a)
{
	return ask_in_child(a, in_child, NULL);
}

const struct probe probe_caps_no_new_privs = {
	.about = "a process can be kept from ever gaining privileges by what it runs",
	.how = "A child without capabilities sets a seccomp filter, which must be refused before "
	       "PR_SET_NO_NEW_PRIVS and work after; it must not be possible to take back.",
	.man = "PR_SET_NO_NEW_PRIVS(2const)",
	.since = "3.5",
	.needed_by = "runc, crun, Kubernetes allowPrivilegeEscalation, Landlock, seccomp",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(prctl, capset),
	.ask = ask,
};
