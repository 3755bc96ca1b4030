/*
 * Can what a filter does be logged? (probes.md rows 128, 129.) SECCOMP_FILTER_FLAG_LOG is
 * how it is found out which calls of a container its profile refuses.
 *
 * No filter is set, as one that logs would write to the kernel's log: the flag is given
 * with a filter at address 0, which is EFAULT where it is known and EINVAL where it is
 * not (before 4.14). What is logged in fact is for sysctl kernel.seccomp.actions_logged
 * to say: it has to have "errno", the action of which profiles are made.
 */
#include <linux/seccomp.h>

#include "seccomp_filters.h"

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	if (!seccomp_knows_flag(a, "seccomp(FLAG_LOG)", SECCOMP_FILTER_FLAG_LOG, &v))
		return v;
	int logs = seccomp_logs(a, "errno", &v);
	if (logs == 0)
		return v;
	return answer_pass(
		"SECCOMP_FILTER_FLAG_LOG is known (EFAULT for a filter at address 0; "
		"an unknown flag is EINVAL); kernel.seccomp.actions_logged %s",
		logs > 0 ? "has \"errno\"" : "cannot be read here");
}

const struct probe probe_seccomp_log = {
	.about = "the calls that a container's profile refuses can be logged",
	.how = "The flag is given with a filter at address 0: EFAULT where it is known; "
	       "an unknown one must be EINVAL. Then the sysctl that silences logging is "
	       "read.",
	.man = "seccomp(2)",
	.since = "4.14",
	.kconfig = "CONFIG_SECCOMP_FILTER",
	.needed_by = "runc, crun (SECCOMP_FILTER_FLAG_LOG)",
	.blocked_by = "seccomp; kernel.seccomp.actions_logged without \"errno\"",
	.needs = PROBE_SHARES,
	.calls = CALLS(seccomp),
	.ask = ask,
};
