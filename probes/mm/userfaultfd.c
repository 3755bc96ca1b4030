/*
 * Can a process supply memory for faults of the kernel, too? (probes.md row 159.) CRIU
 * migrates containers so: their memory is brought when it is touched, by a system call as
 * well.
 *
 * A page is registered and a second thread has read(2) write to it. That the page is
 * missing must be told to the descriptor; then it is supplied, and the thread's call must
 * have worked, with the text around its byte. It takes CAP_SYS_PTRACE in the initial user
 * namespace, or sysctl vm.unprivileged_userfaultfd. Where neither is so it is not asked
 * for: some kernels log that. What is only for faults of programs is the question of
 * mm/userfaultfd_user_mode.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/capability.h>

#include "proc.h"
#include "uapi/userfaultfd.h"
#include "uffd.h"

#define TEXT        "supplied"
#define PATIENCE_MS 2000 /* until the other thread has faulted */

/* What the second thread does. */
struct reading {
	int fd;
	char *to;
	int result;
};

static void *read_byte(void *arg)
{
	struct reading *r = arg;

	r->result = read(r->fd, r->to, 1) == 1 ? 0 : -errno;
	return NULL;
}

/* Waits for the fault and supplies the page. 0, or -1 with what to answer. */
static int supply(const struct ask *a, const struct uffd *u, struct verdict *ret_answer)
{
	struct pollfd pfd = { .fd = u->fd, .events = POLLIN };
	struct uffd_msg msg;

	if (poll(&pfd, 1, PATIENCE_MS) != 1 ||
		read(u->fd, &msg, sizeof(msg)) != sizeof(msg) ||
		msg.event != UFFD_EVENT_PAGEFAULT ||
		msg.arg.pagefault.address / u->size != (uintptr_t)u->page / u->size) {
		*ret_answer = answer_fail(
			"a system call wrote to a page that is missing, and the "
			"descriptor was not told");
		return -1;
	}
	return uffd_fill(a, u, TEXT, ret_answer);
}

static struct verdict judge(const struct ask *a, struct uffd *u, int in)
{
	struct reading reading = { .fd = in, .to = u->page + sizeof(TEXT) };
	struct verdict v;
	pthread_t thread;

	int err = pthread_create(&thread, NULL, read_byte, &reading);
	if (err)
		return answer_refused(a, "clone(thread)", err);
	int r = supply(a, u, &v);
	if (r < 0)
		close(TAKE_FD(u->fd)); /* lets the thread go */
	pthread_join(thread, NULL);
	if (r < 0)
		return v;
	if (reading.result || strcmp(u->page, TEXT) || u->page[sizeof(TEXT)] != 'k')
		return answer_fail(
			"a page was supplied, but the system call that had missed it "
			"did not go on with it");
	return answer_pass(
		"a page that a system call had missed was told to the descriptor, and "
		"when it was supplied the call went on");
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_uffd_ struct uffd u = { .fd = -1 };
	struct verdict v;
	int fds[2];

	if (!has_initial_cap(a, CAP_SYS_PTRACE) &&
		env_number(a->env, "/proc/sys/vm/unprivileged_userfaultfd") == 0)
		return answer_denied("sysctl",
			"sysctl vm.unprivileged_userfaultfd is 0 and the asker lacks "
			"CAP_SYS_PTRACE in the initial user namespace",
			"sysctl -w vm.unprivileged_userfaultfd=1 (a way to exploit races "
			"in the kernel: better give it CAP_SYS_PTRACE, or have it ask "
			"for UFFD_USER_MODE_ONLY)",
			"not asked for, as some kernels log that they refuse");
	if (uffd_start(a, 0, &u, &v) < 0)
		return v;
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return answer_error("pipe", errno, "no pipe");
	v = write(fds[1], "k", 1) == 1
		? judge(a, &u, fds[0])
		: answer_error("write", errno, "a pipe cannot be written");
	close(fds[0]);
	close(fds[1]);
	return v;
}

const struct probe probe_mm_userfaultfd = {
	.about = "a supervisor can supply memory when it is touched, by system calls as "
		 "well",
	.how = "A thread's read(2) writes to a missing page: that must be told, and when "
	       "the page is supplied the call must go on.",
	.man = "userfaultfd(2)",
	.since = "4.3",
	.kconfig = "CONFIG_USERFAULTFD",
	.needed_by = "CRIU (lazy migration), QEMU",
	.blocked_by =
		"vm.unprivileged_userfaultfd=0 without CAP_SYS_PTRACE (EPERM); seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(userfaultfd, ioctl),
	.ask = ask,
};
