/*
 * Can a supervisor put a descriptor into the process whose system call it answers?
 * (probes.md row 134.) So it can open a file or connect a socket for a process that may
 * not.
 *
 * A child that has no descriptor of a certain number tries to read from it after each
 * call. While its second call waits, the end of a pipe is put there
 * (SECCOMP_IOCTL_NOTIF_ADDFD): the child must then read our byte, which it could not
 * after the first call. EINVAL means that the ioctl is not known once another of the
 * listener's ioctls has worked.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "seccomp_notif.h"

#define BYTE 42

/* The read end of a pipe with one byte in it, whose other end is closed; or -1. */
static int make_source(void)
{
	const unsigned char byte = BYTE;
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -1;
	_cleanup_close_ int in = fds[0];
	ssize_t n = write(fds[1], &byte, 1);
	close(fds[1]);
	return n == 1 ? TAKE_FD(in) : -1;
}

static int add_and_answer(
	const struct ask *a, struct notif *n, struct verdict *ret_refused)
{
	_cleanup_close_ int source = make_source();

	if (source < 0) {
		*ret_refused = answer_error("pipe", errno, "no pipe for the child");
		return -1;
	}
	int r = notif_add_fd(n, source, 0);
	int err = errno;
	if (r < 0 && (err != EINVAL || notif_has_ioctls(n))) {
		*ret_refused = answer_refused(a, "ioctl(NOTIF_ADDFD)", err);
		return -1;
	}
	if (r < 0 || notif_answer(n, 0, 0, 0) < 0) {
		*ret_refused = answer_refused(a, "ioctl", errno);
		return -1;
	}
	return 0;
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_notif_ struct notif n;
	struct notif_said before, after;
	struct verdict v;

	if (notif_start(a, 0, &n, &v) < 0 || notif_take(a, &n, &v) < 0)
		return v;
	if (notif_answer(&n, 0, 0, 0) < 0)
		return answer_refused(a, "ioctl(NOTIF_SEND)", errno);
	if (notif_hear(&n, &before, &v) < 0 || notif_take(a, &n, &v) < 0 ||
		add_and_answer(a, &n, &v) < 0 || notif_hear(&n, &after, &v) < 0)
		return v;
	if (before.byte != -EBADF)
		return answer_error("read", 0, "the child has a descriptor %d", NOTIF_FD);
	if (after.byte != BYTE)
		return answer_fail(
			"SECCOMP_IOCTL_NOTIF_ADDFD succeeded, but the child could not "
			"read from the descriptor it was given");
	return answer_pass(
		"a child read our byte from a descriptor that was put into it while "
		"its call waited; before, that was EBADF");
}

const struct probe probe_seccomp_addfd = {
	.about = "a supervisor can put a descriptor into the process whose call it "
		 "answers",
	.how = "The end of a pipe is put into a child while its call waits: the child "
	       "must read our byte from it. After the call before it had no such "
	       "descriptor.",
	.man = "seccomp_unotify(2)",
	.since = NULL,
	.kconfig = "CONFIG_SECCOMP_FILTER",
	.needed_by = "bypass4netns, LXD, Incus",
	.blocked_by = "seccomp; a filter around it that has a listener already (EBUSY)",
	.needs = PROBE_SHARES,
	.calls = CALLS(seccomp, ioctl),
	.ask = ask,
};
