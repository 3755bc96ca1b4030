/*
 * May BPF programs be loaded? (probes.md row 186.) Device rules on cgroup2, cilium, tracing
 * agents: all begin so.
 *
 * A socket filter that lets nothing through is loaded and attached to one end of a pair of
 * sockets: what is sent there must not arrive, and did before. ENOSYS: built without.
 */
#include <errno.h>
#include <sys/socket.h>

#include "bpf.h"

/* Does a message arrive at the other end? */
static bool arrives(int from, int to)
{
	char byte;

	return send(from, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL) == 1 &&
		recv(to, &byte, 1, MSG_DONTWAIT) == 1;
}

static struct verdict judge(const struct ask *a, int program)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) < 0)
		return answer_error("socketpair", errno, "no pair of sockets");
	_cleanup_close_ int from = pair[0], to = pair[1];
	bool before = arrives(from, to);
	if (setsockopt(to, SOL_SOCKET, SO_ATTACH_BPF, &program, sizeof(program)) < 0)
		return answer_refused(a, "setsockopt(attach_bpf)", errno);
	bool after = arrives(from, to);
	if (!before || after)
		return answer_fail(
			"a message arrived %s a program that lets none through was attached",
			before ? "though" : "neither before nor after");
	return answer_pass(
		"a program that lets nothing through kept a message from a socket where one had "
		"arrived before");
}

static struct verdict ask(const struct ask *a)
{
	struct bpf_program program = { .type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = bpf_return_0,
		.count = ARRAY_SIZE(bpf_return_0) };

	_cleanup_close_ int fd = bpf_load(&program, -1);
	return fd < 0 ? bpf_refused(a, "bpf(prog_load)", errno) : judge(a, fd);
}

const struct probe probe_bpf_load = {
	.about = "BPF programs can be loaded",
	.how = "A socket filter that lets nothing through is attached to a socket: a message must "
	       "not arrive there any more.",
	.man = "bpf(2)",
	.since = "3.18",
	.kconfig = "CONFIG_BPF_SYSCALL",
	.needed_by = "runc, crun and youki on cgroup2, cilium, tracing agents",
	.blocked_by = "seccomp; CAP_BPF; any user namespace but the first; lockdown",
	.needs = PROBE_SHARES,
	.calls = CALLS(bpf),
	.ask = ask,
};
