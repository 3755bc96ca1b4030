/*
 * Can a filter be set without making the process slower? (probes.md row 130.) On kernels
 * before 5.16 a filter turns mitigations of speculation on for its process;
 * SECCOMP_FILTER_FLAG_SPEC_ALLOW says not to.
 *
 * What it changes depends on the processor. So no filter is set: the flag is given with
 * one at address 0, which is EFAULT where it is known and EINVAL where it is not (before
 * 4.17).
 */
#include <linux/seccomp.h>

#include "seccomp_filters.h"

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	if (!seccomp_knows_flag(
		    a, "seccomp(SPEC_ALLOW)", SECCOMP_FILTER_FLAG_SPEC_ALLOW, &v))
		return v;
	return answer_pass(
		"SECCOMP_FILTER_FLAG_SPEC_ALLOW is known (EFAULT for a filter at "
		"address 0; an unknown flag is EINVAL)");
}

const struct probe probe_seccomp_spec_allow = {
	.about = "a filter can be set without turning mitigations of speculation on",
	.how = "The flag is given with a filter at address 0: EFAULT where it is known; "
	       "an unknown one must be EINVAL.",
	.man = "seccomp(2)",
	.since = "4.17",
	.kconfig = "CONFIG_SECCOMP_FILTER",
	.needed_by = "runc, crun (SECCOMP_FILTER_FLAG_SPEC_ALLOW)",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(seccomp),
	.ask = ask,
};
