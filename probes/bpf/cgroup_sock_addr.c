/*
 * Can what a cgroup binds and connects to be decided by a program? (probes.md row 124.)
 * systemd's SocketBindDeny= and cilium's socket load balancing are this.
 *
 * A process in the scratch cgroup binds a UDP socket to a port that the kernel chooses,
 * attaches a program that denies every bind, and must get EPERM; a process outside may still
 * bind. The sockets are closed at once.
 */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "bpf.h"

/* 0 or a positive errno. */
static int try_bind(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET };

	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0 ? errno : 0;
}

static const struct bpf_denial denial = {
	.program = { BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_BIND, bpf_return_0,
		ARRAY_SIZE(bpf_return_0) },
	.what = "bind(2)",
	.try = try_bind,
};

static struct verdict ask(const struct ask *a)
{
	return bpf_ask_denial(a, &denial);
}

const struct probe probe_bpf_cgroup_sock_addr = {
	.about = "what a container binds and connects to can be decided by a BPF program",
	.how = "A program that denies every bind is attached to the scratch cgroup: "
	       "bind(2) must be EPERM in it, and work outside.",
	.man = "bpf(2)",
	.since = "4.17",
	.kconfig = "CONFIG_CGROUP_BPF CONFIG_BPF_SYSCALL CONFIG_INET",
	.needed_by = "cilium, systemd SocketBindDeny=",
	.blocked_by = "any user namespace but the first; CAP_BPF, CAP_NET_ADMIN; seccomp",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(bpf),
	.ask = ask,
};
