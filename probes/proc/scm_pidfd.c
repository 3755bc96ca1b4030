/*
 * Can a service get a pidfd of who sent a message? (probes.md row 144.) The peer of a
 * socket (SO_PEERPIDFD) is who connected it, which need not be who writes to it.
 *
 * A socket pair is inherited by a child, which sends a byte: with SO_PASSPIDFD the byte
 * must come with a pidfd of the child, not of us who made the socket. A byte sent before
 * the option was set, which is the control, must come with none. Before 6.5 the option is
 * ENOPROTOOPT.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "pool.h"
#include "proc.h"
#include "uapi/pidfd.h"

/* Receives a byte: 0 and the pidfd that came with it, or -1; or -errno. */
static int receive(int sock, int *ret_pidfd)
{
	union {
		struct cmsghdr align;
		char bytes[256];
	} control = { 0 };
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };

	*ret_pidfd = -1;
	ssize_t n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	if (n != 1)
		return n < 0 ? -errno : -ENODATA;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_PIDFD)
			memcpy(ret_pidfd, CMSG_DATA(c), sizeof(*ret_pidfd));
	return 0;
}

/* A byte of a child's, which is not reaped: then its pidfd would tell no pid. 0 or -1. */
static int send_from_child(int sock, int *ret_pid)
{
	int parent = getpid();
	siginfo_t end;

	pid_t pid = fork();
	if (pid == 0) {
		die_with_parent(parent);
		_exit(send(sock, "c", 1, MSG_NOSIGNAL) != 1);
	}
	*ret_pid = pid;
	return pid < 0 || waitid(P_PID, pid, &end, WEXITED | WNOWAIT) < 0 ? -1 : 0;
}

static struct verdict judge(const struct ask *a, int in, int sender)
{
	int fd;
	int r = receive(in, &fd);

	if (r < 0)
		return answer_refused(a, "recvmsg", -r);
	_cleanup_close_ int pidfd = fd;
	if (pidfd < 0)
		return answer_fail(
			"SO_PASSPIDFD was set, but a message came without SCM_PIDFD");
	if (pidfd_pid(a->env, pidfd) != sender)
		return answer_fail(
			"SCM_PIDFD is not the pidfd of the process that sent the "
			"message");
	return answer_pass(
		"a message came with a pidfd of the child that had sent it; one sent "
		"before the option was set came with none");
}

static struct verdict ask_pair(const struct ask *a, int in, int out)
{
	int on = 1, pidfd, sender = 0;

	int r = send(out, "p", 1, MSG_NOSIGNAL) == 1 ? receive(in, &pidfd) : -errno;
	if (r < 0)
		return answer_refused(a, "recvmsg", -r);
	if (pidfd >= 0)
		return answer_fail(
			"a message came with SCM_PIDFD that was not asked for");
	if (setsockopt(in, SOL_SOCKET, SO_PASSPIDFD, &on, sizeof(on)) < 0)
		return answer_refused(a, "setsockopt(SO_PASSPIDFD)", errno);
	if (send_from_child(out, &sender) < 0)
		return answer_refused(a, "fork", errno);
	struct verdict v = judge(a, in, sender);
	waitpid(sender, NULL, 0);
	return v;
}

static struct verdict ask(const struct ask *a)
{
	int fds[2];

	/* Nonblocking: a child that cannot send leaves nothing to receive. */
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) < 0)
		return answer_refused(a, "socketpair", errno);
	struct verdict v = ask_pair(a, fds[0], fds[1]);
	close(fds[0]);
	close(fds[1]);
	return v;
}

const struct probe probe_proc_scm_pidfd = {
	.about = "a service can hold the process that sent it a message (SCM_PIDFD)",
	.how = "A byte that a child sends must come with the child's pidfd; one sent "
	       "before SO_PASSPIDFD was set must come with none.",
	.man = "unix(7)",
	.since = "6.5",
	.kconfig = "CONFIG_UNIX",
	.needed_by = "dbus, polkit, systemd",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(setsockopt, recvmsg),
	.ask = ask,
};
