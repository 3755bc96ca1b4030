/*
 * Can a filter let calls through and log them? (probes.md rows 128, 129.) SECCOMP_RET_LOG
 * records what a program calls, which is how a profile for it is written.
 *
 * No filter is set, as it would write to the kernel's log: SECCOMP_GET_ACTION_AVAIL tells
 * whether the action is known, and has to say no (EOPNOTSUPP) of one that there is not.
 * What is logged in fact is for sysctl kernel.seccomp.actions_logged to say: it has to
 * have "log".
 */
#include <linux/seccomp.h>

#include "seccomp_filters.h"

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	if (!seccomp_knows_action(a, "seccomp(RET_LOG)", SECCOMP_RET_LOG, &v))
		return v;
	int logs = seccomp_logs(a, "log", &v);
	if (logs == 0)
		return v;
	return answer_pass(
		"SECCOMP_GET_ACTION_AVAIL knows SECCOMP_RET_LOG, and not an action "
		"that there is not; kernel.seccomp.actions_logged %s",
		logs > 0 ? "has \"log\"" : "cannot be read here");
}

const struct probe probe_seccomp_action_log = {
	.about = "a filter can let calls through and log them, as profiles are written "
		 "with",
	.how = "SECCOMP_GET_ACTION_AVAIL is asked of the action, and of one that there "
	       "is not. Then the sysctl that silences logging is read.",
	.man = "seccomp(2)",
	.since = "4.14",
	.kconfig = "CONFIG_SECCOMP_FILTER",
	.needed_by = "runc, crun (SCMP_ACT_LOG), the Security Profiles Operator",
	.blocked_by = "seccomp; kernel.seccomp.actions_logged without \"log\"",
	.needs = PROBE_SHARES,
	.calls = CALLS(seccomp),
	.ask = ask,
};
