/*
 * Can a supervisor put a descriptor into a process and answer its call with it in one
 * step? (probes.md row 134.) In two, a signal in between leaves the descriptor behind.
 *
 * SECCOMP_ADDFD_FLAG_SEND: the child's getpgid(2) must return the number of the
 * descriptor, and be over. The control is the same ioctl without the flag, which is done
 * first: it must leave the call waiting. So EINVAL to the flag means that it is not known
 * (before 5.14).
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "seccomp_notif.h"

/* Is the call that was taken last still waiting? */
static bool is_waiting(const struct notif *n)
{
	uint64_t id = n->call.notif.id;

	return ioctl(n->listener, PLIMSOLL_NOTIF_ID_VALID, &id) == 0;
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_notif_ struct notif n;
	struct notif_said said;
	struct verdict v;

	_cleanup_close_ int source = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (source < 0)
		return answer_refused(a, "open(/)", errno);
	if (notif_start(a, 0, &n, &v) < 0 || notif_take(a, &n, &v) < 0)
		return v;
	if (notif_add_fd(&n, source, 0) < 0)
		return answer_refused(a, "ioctl(NOTIF_ADDFD)", errno);
	if (!is_waiting(&n))
		return answer_fail("a descriptor was put into the child without "
				   "SECCOMP_ADDFD_FLAG_SEND, but its call waits no more");
	if (notif_add_fd(&n, source, SECCOMP_ADDFD_FLAG_SEND) < 0)
		return answer_refused(a, "ioctl(ADDFD_FLAG_SEND)", errno);
	if (notif_hear(&n, &said, &v) < 0)
		return v;
	if (said.value != NOTIF_FD || said.byte != -EISDIR)
		return answer_fail(
			"SECCOMP_ADDFD_FLAG_SEND succeeded, but the child's call gave "
			"%ld and not the number of the descriptor, or there is none",
			said.value);
	return answer_pass(
		"one ioctl put a descriptor into the child and ended its call with "
		"the number; without the flag the call went on waiting");
}

const struct probe probe_seccomp_addfd_send = {
	.about = "a supervisor can answer a call with a descriptor in one step, so that "
		 "none is left behind",
	.how = "A descriptor is put into a child with SECCOMP_ADDFD_FLAG_SEND: its call "
	       "must return the number. Without the flag, just before, the call goes on "
	       "waiting.",
	.man = "seccomp_unotify(2)",
	.since = "5.14",
	.kconfig = "CONFIG_SECCOMP_FILTER",
	.needed_by = "bypass4netns, LXD, Incus",
	.blocked_by = "seccomp; a filter around it that has a listener already (EBUSY)",
	.needs = PROBE_SHARES,
	.calls = CALLS(seccomp, ioctl),
	.ask = ask,
};
