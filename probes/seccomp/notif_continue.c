/*
 * Can a supervisor look at another process's system call and let it through? (probes.md
 * row 132.) Without that it has to do every call it is told of by itself.
 *
 * A real listener is told a child's getpgid(2) twice. The first call is answered with a
 * made-up number, which is the control; the second with SECCOMP_USER_NOTIF_FLAG_CONTINUE,
 * and must give the child its true process group. Before 5.5 the flag is EINVAL.
 */
#include <errno.h>
#include <unistd.h>

#include "seccomp_notif.h"

static struct verdict let_through(const struct ask *a, struct notif *n)
{
	struct notif_said said;
	struct verdict v;

	if (notif_take(a, n, &v) < 0)
		return v;
	if (notif_answer(n, NOTIF_MADE_UP, 0, 0) < 0)
		return answer_refused(a, "ioctl(NOTIF_SEND)", errno);
	if (notif_hear(n, &said, &v) < 0)
		return v;
	if (said.value != NOTIF_MADE_UP)
		return answer_fail(
			"the control failed: the child's call was answered, but gave %ld",
			said.value);
	if (notif_take(a, n, &v) < 0)
		return v;
	if (notif_answer(n, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE) < 0)
		return answer_refused(a, "ioctl(NOTIF_SEND,CONTINUE)", errno);
	if (notif_hear(n, &said, &v) < 0)
		return v;
	if (said.value != getpgrp())
		return answer_fail(
			"the call was let through (CONTINUE), but gave %ld and not "
			"the process group %d",
			said.value, getpgrp());
	return answer_pass(
		"a call that was let through gave the child's true process group; "
		"the one before was answered with a made-up one");
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_notif_ struct notif n;
	struct verdict v;

	if (notif_start(a, 0, &n, &v) < 0)
		return v;
	return let_through(a, &n);
}

const struct probe probe_seccomp_notif_continue = {
	.about = "a supervisor can let a system call through that it was told of",
	.how = "A child's getpgid(2) is told to a listener twice: once it is answered "
	       "with a made-up number, once let through, which must give the true one.",
	.man = "seccomp_unotify(2)",
	.since = NULL,
	.kconfig = "CONFIG_SECCOMP_FILTER",
	.needed_by = "LXD, Incus, bypass4netns",
	.blocked_by = "seccomp; a filter around it that has a listener already (EBUSY)",
	.needs = PROBE_SHARES,
	.calls = CALLS(seccomp, ioctl),
	.ask = ask,
};
