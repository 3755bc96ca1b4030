/*
 * Can a filter end the whole process, and not only the thread that made a call?
 * (probes.md row 128.) A process that has lost one thread hangs.
 *
 * Nothing is killed, as the kernel would write that to its log: SECCOMP_GET_ACTION_AVAIL
 * tells whether the action is known, and has to say no (EOPNOTSUPP) of one that there is
 * not.
 */
#include <linux/seccomp.h>

#include "seccomp_filters.h"

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	if (!seccomp_knows_action(
		    a, "seccomp(RET_KILL_PROCESS)", SECCOMP_RET_KILL_PROCESS, &v))
		return v;
	return answer_pass(
		"SECCOMP_GET_ACTION_AVAIL knows SECCOMP_RET_KILL_PROCESS, and not an "
		"action that there is not");
}

const struct probe probe_seccomp_kill_process = {
	.about = "a filter can end the whole process that makes a call",
	.how = "SECCOMP_GET_ACTION_AVAIL is asked of the action, and of one that there "
	       "is not, which must be EOPNOTSUPP.",
	.man = "seccomp(2)",
	.since = "4.14",
	.kconfig = "CONFIG_SECCOMP_FILTER",
	.needed_by = "runc, crun (SCMP_ACT_KILL_PROCESS), systemd",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(seccomp),
	.ask = ask,
};
