#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pool.h"
#include "seccomp_filters.h"
#include "seccomp_notif.h"

union response {
	struct seccomp_notif_resp resp;
	char room[1024];
};

/* A control message with one descriptor. */
union one_fd {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static int signalled; /* of the child */

static void count_signal(int sig)
{
	signalled++;
}

/* Sends `err`, and the descriptor if it is one. 0 or -1. */
static int send_listener(int to, int fd, int err)
{
	union one_fd control = { 0 };
	struct iovec iov = { &err, sizeof(err) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
		struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
		*c = (struct cmsghdr) { .cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
			.cmsg_len = CMSG_LEN(sizeof(int)) };
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	return sendmsg(to, &msg, 0) == sizeof(err) ? 0 : -1;
}

/* The listener; or -1 with what the child was refused with. */
static int receive_listener(int from, int *ret_err)
{
	union one_fd control = { 0 };
	int err = EIO, fd = -1;
	struct iovec iov = { &err, sizeof(err) };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };

	if (recvmsg(from, &msg, MSG_CMSG_CLOEXEC) == sizeof(err) && !err &&
		CMSG_FIRSTHDR(&msg))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	*ret_err = err ? err : EIO;
	return fd;
}

/* The child: calls, and what came of them, until it is killed. */
static void call_on(int parent, int out, unsigned flags)
{
	struct sigaction action = { .sa_handler = count_signal };
	struct notif_said said;
	unsigned char byte;

	die_with_parent(parent);
	sigaction(SIGUSR1, &action, NULL);
	int listener = seccomp_set(SYS_getpgid, SECCOMP_RET_USER_NOTIF,
		SECCOMP_FILTER_FLAG_NEW_LISTENER | flags);
	if (send_listener(out, listener, listener < 0 ? -listener : 0) < 0 ||
		listener < 0)
		_exit(1);
	close(listener);
	for (;;) {
		said.value = syscall(SYS_getpgid, 0);
		if (said.value < 0)
			said.value = -errno;
		ssize_t n = read(NOTIF_FD, &byte, 1);
		said.byte = n == 1 ? byte : n < 0 ? -errno : 0;
		said.signalled = signalled;
		if (write(out, &said, sizeof(said)) != sizeof(said))
			_exit(1);
	}
}

/* A process can have one listener: EBUSY is said of what it runs under. */
static struct verdict refused(const struct ask *a, int err)
{
	if (err == EBUSY)
		return answer_denied("seccomp",
			"a seccomp filter that was set before has a listener, and a "
			"process can have only one",
			"ask outside of what intercepts system calls here: an LXD or "
			"Incus container with security.syscalls.intercept.*, a runtime's "
			"listenerPath",
			"seccomp(NEW_LISTENER): %s (EBUSY)", strerror(err));
	return answer_refused(a, "seccomp(NEW_LISTENER)", err);
}

static int check_sizes(const struct ask *a, struct verdict *ret_refused)
{
	struct seccomp_notif_sizes sizes;

	if (sys_seccomp(SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0) {
		*ret_refused = answer_refused(a, "seccomp(GET_NOTIF_SIZES)", errno);
		return -1;
	}
	if (sizes.seccomp_notif <= sizeof(union notif_request) &&
		sizes.seccomp_notif_resp <= sizeof(union response))
		return 0;
	*ret_refused = answer_error("seccomp(GET_NOTIF_SIZES)", 0,
		"the kernel's structs are larger than we have room for");
	return -1;
}

int notif_start(const struct ask *a, unsigned flags, struct notif *ret_notif,
	struct verdict *ret_refused)
{
	int fds[2], err, parent = getpid();

	*ret_notif = (struct notif) { .listener = -1, .said = -1 };
	if (check_sizes(a, ret_refused) < 0)
		return -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0) {
		*ret_refused = answer_refused(a, "socketpair", errno);
		return -1;
	}
	pid_t pid = fork();
	if (pid == 0) {
		close(fds[0]);
		call_on(parent, fds[1], flags);
	}
	err = errno;
	close(fds[1]);
	ret_notif->said = fds[0];
	if (pid < 0) {
		*ret_refused = answer_refused(a, "fork", err);
		return -1;
	}
	ret_notif->pid = pid;
	ret_notif->listener = receive_listener(fds[0], &err);
	if (ret_notif->listener >= 0)
		return 0;
	*ret_refused = refused(a, err);
	return -1;
}

int notif_take(const struct ask *a, struct notif *n, struct verdict *ret_refused)
{
	struct pollfd fds[] = { { n->listener, POLLIN, 0 }, { n->said, POLLIN, 0 } };

	memset(&n->call, 0, sizeof(n->call));
	/* What the child says is listened to as well: it does if it was not stopped. */
	if (poll(fds, ARRAY_SIZE(fds), -1) < 0 || fds[1].revents) {
		*ret_refused = answer_fail(
			"a call that the filter hands to the listener was not told "
			"there");
		return -1;
	}
	if (ioctl(n->listener, SECCOMP_IOCTL_NOTIF_RECV, &n->call) < 0) {
		*ret_refused = answer_refused(a, "ioctl(NOTIF_RECV)", errno);
		return -1;
	}
	if (n->call.notif.data.nr == SYS_getpgid && n->call.notif.pid == (unsigned)n->pid)
		return 0;
	*ret_refused = answer_fail("the listener was told another call, or another "
				   "process's, than the child's getpgid");
	return -1;
}

int notif_answer(const struct notif *n, long value, int err, unsigned flags)
{
	union response r;

	memset(&r, 0, sizeof(r));
	r.resp = (struct seccomp_notif_resp) {
		.id = n->call.notif.id, .val = value, .error = err, .flags = flags
	};
	return ioctl(n->listener, SECCOMP_IOCTL_NOTIF_SEND, &r);
}

int notif_add_fd(const struct notif *n, int fd, unsigned flags)
{
	struct seccomp_notif_addfd add = { .id = n->call.notif.id,
		.flags = SECCOMP_ADDFD_FLAG_SETFD | flags,
		.srcfd = fd,
		.newfd = NOTIF_FD };

	return ioctl(n->listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
}

int notif_hear(
	const struct notif *n, struct notif_said *ret_said, struct verdict *ret_refused)
{
	if (read(n->said, ret_said, sizeof(*ret_said)) == sizeof(*ret_said))
		return 0;
	*ret_refused = answer_error(
		"read", errno, "the child ended without saying what its call gave");
	return -1;
}

/* Of a call that there is not, ENOENT is what it has to say. */
bool notif_has_ioctls(const struct notif *n)
{
	uint64_t id = UINT64_MAX;

	return ioctl(n->listener, PLIMSOLL_NOTIF_ID_VALID, &id) < 0 && errno == ENOENT;
}

void notif_end(struct notif *n)
{
	if (n->listener >= 0)
		close(TAKE_FD(n->listener));
	if (n->said >= 0)
		close(TAKE_FD(n->said));
	if (n->pid > 0) {
		kill(n->pid, SIGKILL);
		waitpid(n->pid, NULL, 0);
	}
	n->pid = 0;
}
