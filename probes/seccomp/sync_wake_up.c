/*
 * Can a supervisor and the process it answers be kept on one processor, so that an answer
 * takes less time? (probes.md row 136.)
 *
 * How fast it is cannot be promised. SECCOMP_IOCTL_NOTIF_SET_FLAGS with
 * SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP has to be accepted, a flag that no kernel knows has
 * to be EINVAL, and the listener has to work afterwards. Before 6.6 the ioctl itself is
 * EINVAL: that is believed once another of the listener's ioctls has worked.
 */
#include <errno.h>

#include "seccomp_notif.h"

#define NO_FLAG (1ULL << 40)

/* The flags are the argument itself, not what it points to. */
static int set_flags(const struct notif *n, unsigned long flags)
{
	return ioctl(n->listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, flags);
}

static struct verdict refused(const struct ask *a, const struct notif *n, int err)
{
	if (err == EINVAL && !notif_has_ioctls(n))
		return answer_refused(a, "ioctl", errno);
	return answer_refused(a, "ioctl(NOTIF_SET_FLAGS)", err);
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_notif_ struct notif n;
	struct notif_said said;
	struct verdict v;

	if (notif_start(a, 0, &n, &v) < 0)
		return v;
	if (set_flags(&n, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP) < 0)
		return refused(a, &n, errno);
	if (set_flags(&n, NO_FLAG) == 0 || errno != EINVAL)
		return answer_fail(
			"SECCOMP_IOCTL_NOTIF_SET_FLAGS took a flag that there is not");
	if (notif_take(a, &n, &v) < 0)
		return v;
	if (notif_answer(&n, NOTIF_MADE_UP, 0, 0) < 0)
		return answer_refused(a, "ioctl(NOTIF_SEND)", errno);
	if (notif_hear(&n, &said, &v) < 0)
		return v;
	if (said.value != NOTIF_MADE_UP)
		return answer_fail(
			"with SYNC_WAKE_UP a child's call gave %ld, where the listener "
			"had answered %d",
			said.value, NOTIF_MADE_UP);
	return answer_pass(
		"the listener took SYNC_WAKE_UP, and not a flag that there is not; it "
		"then answered a child's call");
}

const struct probe probe_seccomp_sync_wake_up = {
	.about = "a supervisor's answers can be made fast by sharing a processor "
		 "(SYNC_WAKE_UP)",
	.how = "The flag is set on a listener, which must then answer a child's call; a "
	       "flag that no kernel knows must be EINVAL.",
	.man = "seccomp_unotify(2)",
	.since = "6.6",
	.kconfig = "CONFIG_SECCOMP_FILTER",
	.needed_by = "gVisor and others that answer every call",
	.blocked_by = "seccomp; a filter around it that has a listener already (EBUSY)",
	.needs = PROBE_SHARES,
	.calls = CALLS(seccomp, ioctl),
	.ask = ask,
};
