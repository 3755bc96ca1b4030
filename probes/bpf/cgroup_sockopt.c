/*
 * Can the socket options of a cgroup be decided by a program? (probes.md row 124.)
 *
 * A process in the scratch cgroup sets SO_KEEPALIVE on a UDP socket, attaches a program that
 * denies every setsockopt(2), and must get EPERM; a process outside may still set it.
 */
#include <errno.h>
#include <sys/socket.h>

#include "bpf.h"

/* 0 or a positive errno. */
static int try_option(void)
{
	int on = 1;

	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return fd < 0 || setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)) < 0
		? errno
		: 0;
}

static const struct bpf_denial denial = {
	.program = { BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_SETSOCKOPT, bpf_return_0,
		ARRAY_SIZE(bpf_return_0) },
	.what = "setsockopt(2)",
	.try = try_option,
};

static struct verdict ask(const struct ask *a)
{
	return bpf_ask_denial(a, &denial);
}

const struct probe probe_bpf_cgroup_sockopt = {
	.about = "the socket options of a container can be decided by a BPF program",
	.how = "A program that denies every setsockopt(2) is attached to the scratch cgroup: "
	       "it must be EPERM in it, and work outside.",
	.man = "bpf(2)",
	.since = "5.3",
	.kconfig = "CONFIG_CGROUP_BPF CONFIG_BPF_SYSCALL CONFIG_NET",
	.needed_by = "cilium",
	.blocked_by = "any user namespace but the first; CAP_BPF, CAP_NET_ADMIN; seccomp",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(bpf),
	.ask = ask,
};
