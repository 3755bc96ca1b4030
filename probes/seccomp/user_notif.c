/*
 * Can one process answer another's system calls? (probes.md row 131.) It is what an OCI
 * runtime's `listenerPath` and LXD's interception of system calls are made of.
 *
 * A real listener: a child sets a filter that hands getpgid(2) to it and calls that
 * twice. The first call is answered with a number that no process group has, the second
 * with an errno that the call never gives. The child reports what it got: each answer is
 * the other's control.
 */
#include <errno.h>

#include "seccomp_notif.h"

static struct verdict answer_two(const struct ask *a, struct notif *n)
{
	struct notif_said said[2];
	struct verdict v;

	for (int i = 0; i < 2; i++) {
		if (notif_take(a, n, &v) < 0)
			return v;
		if (notif_answer(n, i ? 0 : NOTIF_MADE_UP, i ? -EXDEV : 0, 0) < 0)
			return answer_refused(a, "ioctl(NOTIF_SEND)", errno);
		if (notif_hear(n, &said[i], &v) < 0)
			return v;
	}
	if (said[0].value != NOTIF_MADE_UP || said[1].value != -EXDEV)
		return answer_fail(
			"the child's calls gave %ld and %ld, where the listener had "
			"answered %d and %d",
			said[0].value, said[1].value, NOTIF_MADE_UP, -EXDEV);
	return answer_pass(
		"a child's call got the made-up value that the listener answered, "
		"its next one the errno");
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_notif_ struct notif n;
	struct verdict v;

	if (notif_start(a, 0, &n, &v) < 0)
		return v;
	return answer_two(a, &n);
}

const struct probe probe_seccomp_user_notif = {
	.about = "a supervisor can answer another process's system calls",
	.how = "A child's getpgid(2) is handed to a listener and answered twice: with a "
	       "number that no process group has, then with an errno. The child must get "
	       "just that.",
	.man = "seccomp_unotify(2)",
	.since = "5.0",
	.kconfig = "CONFIG_SECCOMP_FILTER",
	.needed_by = "runc, crun (listenerPath), LXD, Incus, bypass4netns",
	.blocked_by = "seccomp; a filter around it that has a listener already (EBUSY)",
	.needs = PROBE_SHARES,
	.calls = CALLS(seccomp, ioctl),
	.ask = ask,
};
