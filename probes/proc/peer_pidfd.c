/*
 * Can a service get a pidfd of who is at the other end of a socket? (probes.md row 144.)
 * A pid (SO_PEERCRED) may be another process's by the time it is looked at.
 *
 * SO_PEERPIDFD of a socket pair that this process made must be a pidfd of this process;
 * an option that no kernel knows has to be ENOPROTOOPT, as this one is before 6.5.
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proc.h"
#include "uapi/pidfd.h"

#define NO_OPTION 0x7ffe

static struct verdict ask_socket(const struct ask *a, int sock)
{
	socklen_t len = sizeof(int);
	int fd = -1, none;

	if (getsockopt(sock, SOL_SOCKET, SO_PEERPIDFD, &fd, &len) < 0)
		return answer_refused(a, "getsockopt(SO_PEERPIDFD)", errno);
	_cleanup_close_ int pidfd = fd;
	if (pidfd_pid(a->env, pidfd) != getpid())
		return answer_fail(
			"SO_PEERPIDFD gave something else than a pidfd of the peer");
	if (getsockopt(sock, SOL_SOCKET, NO_OPTION, &none, &len) == 0 ||
		errno != ENOPROTOOPT)
		return answer_fail("an option of sockets that there is not was accepted");
	return answer_pass(
		"SO_PEERPIDFD gave a pidfd of the process that had made the socket "
		"pair; an option that there is not was ENOPROTOOPT");
}

static struct verdict ask(const struct ask *a)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return answer_refused(a, "socketpair", errno);
	struct verdict v = ask_socket(a, fds[0]);
	close(fds[0]);
	close(fds[1]);
	return v;
}

const struct probe probe_proc_peer_pidfd = {
	.about = "a service can hold the process at the other end of a socket "
		 "(SO_PEERPIDFD)",
	.how = "The peer's pidfd of a socket pair must be that of the process which made "
	       "it; an option that no kernel knows must be ENOPROTOOPT.",
	.man = "unix(7)",
	.since = "6.5",
	.kconfig = "CONFIG_UNIX",
	.needed_by = "dbus, polkit, systemd",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(getsockopt),
	.ask = ask,
};
