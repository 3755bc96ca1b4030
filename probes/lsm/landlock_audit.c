/*
 * Can a Landlock sandbox choose what of it is logged? (probes.md row 179, ABI 7.) From that
 * ABI on denials are in the audit log, which is how an admin learns of them, and the flags of
 * landlock_restrict_self(2) quiet what a sandbox expects.
 *
 * A log record would be a trace on the host, so the flags are asked: each known one must be
 * taken. The controls: no flag at all works, and one that nobody knows is EINVAL, as all are
 * to older kernels.
 */
#include <errno.h>
#include <sys/prctl.h>

#include "landlock.h"

#define UNKNOWN_FLAG (1U << 30)

static struct verdict in_child(const struct ask *a, void *arg)
{
	struct plimsoll_landlock_handled handled = { .fs = LANDLOCK_ACCESS_FS_EXECUTE };
	struct verdict v;

	_cleanup_close_ int ruleset = landlock_ruleset(a, "fs", &handled, &v);
	if (ruleset < 0 || landlock_enter(a, ruleset, &v) < 0)
		return v;
	if (sys_landlock_restrict_self(ruleset, 0) < 0)
		return answer_refused(a, "landlock_restrict_self", errno);
	if (sys_landlock_restrict_self(
		    ruleset, LANDLOCK_RESTRICT_SELF_LOG_SAME_EXEC_OFF) < 0 ||
		sys_landlock_restrict_self(
			ruleset, LANDLOCK_RESTRICT_SELF_LOG_SUBDOMAINS_OFF) < 0)
		return answer_refused(a, "landlock_restrict_self(log)", errno);
	if (sys_landlock_restrict_self(ruleset, UNKNOWN_FLAG) == 0 || errno != EINVAL)
		return answer_fail(
			"landlock_restrict_self takes a flag that there is not");
	return answer_pass(
		"ABI %d: landlock_restrict_self takes the flags that choose what is logged, and "
		"refuses one that there is not (EINVAL)",
		*(int *)arg);
}

static struct verdict ask(const struct ask *a)
{
	return landlock_ask(a, in_child);
}

const struct probe probe_lsm_landlock_audit = {
	.about = "denials of Landlock sandboxes can be found in the audit log",
	.how = "A child enters domains with the flags that choose what is logged; without them "
	       "it must work as well, and with an unknown one be EINVAL.",
	.man = "landlock_restrict_self(2)",
	.since = "6.15",
	.kconfig = "CONFIG_SECURITY_LANDLOCK CONFIG_AUDIT",
	.needed_by = "diagnosis of sandboxes",
	.blocked_by = "seccomp; not in the boot parameter lsm= (EOPNOTSUPP)",
	.needs = PROBE_SHARES,
	.calls = CALLS(landlock_create_ruleset, landlock_restrict_self),
	.ask = ask,
};
