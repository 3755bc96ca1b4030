/*
 * Can a call that a supervisor has taken on be kept from being interrupted? (probes.md
 * row 135.) A Go program sends itself signals all the time, and a call that is
 * interrupted and made again is one that the supervisor does twice.
 *
 * A child's call is taken, the child is sent a signal, the call is answered. By itself
 * the child's call is interrupted (EINTR), which is the control. With
 * SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV it must get the answer, and the signal too. The
 * flag goes with NEW_LISTENER only; as that alone was accepted, EINVAL means that it is
 * not known.
 */
#include <errno.h>
#include <signal.h>

#include "seccomp_notif.h"

/* 0 with what the child said, or -1 with what was refused. */
static int ask_signalled(const struct ask *a, unsigned flags, struct notif_said *ret_said,
	struct verdict *ret_refused)
{
	_cleanup_notif_ struct notif n;

	if (notif_start(a, flags, &n, ret_refused) < 0 ||
		notif_take(a, &n, ret_refused) < 0)
		return -1;
	kill(n.pid, SIGUSR1);
	/* ENOENT if the call is over, which is for the child to say. */
	if (flags && notif_answer(&n, NOTIF_MADE_UP, 0, 0) < 0 && errno != ENOENT) {
		*ret_refused = answer_refused(a, "ioctl(NOTIF_SEND)", errno);
		return -1;
	}
	return notif_hear(&n, ret_said, ret_refused);
}

/* Without the flag the same call was accepted. */
static void name_flag(struct verdict *v)
{
	VERDICT_TEXT(v->stage, "seccomp(WAIT_KILLABLE_RECV)");
	VERDICT_TEXT(v->detail, "%s: Invalid argument (EINVAL)", v->stage);
}

static struct verdict ask(const struct ask *a)
{
	struct notif_said said;
	struct verdict v;

	if (ask_signalled(a, 0, &said, &v) < 0)
		return v;
	if (said.value != -EINTR || !said.signalled)
		return answer_fail(
			"the control failed: a signal did not interrupt a call that "
			"waits for its answer");
	if (ask_signalled(a, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &said, &v) < 0) {
		if (v.err == EINVAL)
			name_flag(&v);
		return v;
	}
	if (said.value != NOTIF_MADE_UP)
		return answer_fail(
			"WAIT_KILLABLE_RECV was accepted, but a signal interrupted "
			"the call that had been taken");
	return answer_pass(
		"a call that had been taken was answered in spite of a signal; "
		"without the flag it is interrupted (EINTR)");
}

const struct probe probe_seccomp_wait_killable = {
	.about = "a call that a supervisor has taken on is not interrupted by signals",
	.how = "A child is sent a signal while its call waits for the answer: with the "
	       "flag it must get the answer, without it EINTR.",
	.man = "seccomp(2)",
	.since = "5.19",
	.kconfig = "CONFIG_SECCOMP_FILTER",
	.needed_by = "runc, crun (SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)",
	.blocked_by = "seccomp; a filter around it that has a listener already (EBUSY)",
	.needs = PROBE_SHARES,
	.calls = CALLS(seccomp, ioctl),
	.ask = ask,
};
