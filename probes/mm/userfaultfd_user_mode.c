/*
 * Can a process supply its own memory when it is touched? (probes.md row 159.) Only
 * faults of programs themselves, not of the kernel on their behalf: so everyone may.
 *
 * A page is registered with a userfaultfd made with UFFD_USER_MODE_ONLY. A system call
 * that would write to it must be EFAULT, which is the flag's effect; then the page is
 * filled by the descriptor, must hold that text, and the same system call must work: the
 * control. Where the flag is not known (before 5.11) EINVAL comes before any look at
 * privileges.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "uapi/userfaultfd.h"
#include "uffd.h"

#define TEXT "supplied"

static struct verdict judge(const struct ask *a, const struct uffd *u, const int *pipe)
{
	struct verdict v;

	if (write(pipe[1], "k", 1) != 1)
		return answer_error("write", errno, "a pipe cannot be written");
	if (read(pipe[0], u->page + sizeof(TEXT), 1) != -1 || errno != EFAULT)
		return answer_fail(
			"with UFFD_USER_MODE_ONLY a system call that faults did not "
			"give EFAULT");
	if (uffd_fill(a, u, TEXT, &v) < 0)
		return v;
	if (strcmp(u->page, TEXT))
		return answer_fail("a page does not hold what UFFDIO_COPY put there");
	if (read(pipe[0], u->page + sizeof(TEXT), 1) != 1)
		return answer_fail(
			"a system call cannot write to a page that was supplied");
	return answer_pass(
		"a page held what was supplied for it; a system call that would write "
		"to it was EFAULT before and worked then");
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_uffd_ struct uffd u = { .fd = -1 };
	struct verdict v;
	int fds[2];

	if (uffd_start(a, UFFD_USER_MODE_ONLY, &u, &v) < 0)
		return v;
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return answer_error("pipe", errno, "no pipe");
	v = judge(a, &u, fds);
	close(fds[0]);
	close(fds[1]);
	return v;
}

const struct probe probe_mm_userfaultfd_user_mode = {
	.about = "any process can supply its own memory when it is touched",
	.how = "With UFFD_USER_MODE_ONLY a system call that writes to a missing page "
	       "must be EFAULT; once the page is supplied it must hold that, and the "
	       "call work.",
	.man = "userfaultfd(2)",
	.since = "5.11",
	.kconfig = "CONFIG_USERFAULTFD",
	.needed_by = "QEMU, gVisor, garbage collectors",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(userfaultfd, ioctl),
	.ask = ask,
};
