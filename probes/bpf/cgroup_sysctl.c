/*
 * Can a cgroup be kept from sysctls? (probes.md row 124.)
 *
 * A process in the scratch cgroup reads /proc/sys/kernel/ostype, attaches a program that
 * denies every sysctl, and must get EPERM; a process outside still reads it.
 */
#include <errno.h>
#include <fcntl.h>

#include "bpf.h"

/* 0 or a positive errno. */
static int try_sysctl(void)
{
	char text[64];

	_cleanup_close_ int fd = open("/proc/sys/kernel/ostype", O_RDONLY | O_CLOEXEC);
	return fd < 0 || read(fd, text, sizeof(text)) < 0 ? errno : 0;
}

static const struct bpf_denial denial = {
	.program = { BPF_PROG_TYPE_CGROUP_SYSCTL, BPF_CGROUP_SYSCTL, bpf_return_0,
		ARRAY_SIZE(bpf_return_0) },
	.what = "reading a sysctl",
	.try = try_sysctl,
};

static struct verdict ask(const struct ask *a)
{
	return bpf_ask_denial(a, &denial);
}

const struct probe probe_bpf_cgroup_sysctl = {
	.about = "a container can be kept from sysctls by a BPF program",
	.how = "A program that denies all sysctls is attached to the scratch cgroup: "
	       "reading one must be EPERM in it, and work outside.",
	.man = "bpf(2)",
	.since = "5.2",
	.kconfig = "CONFIG_CGROUP_BPF CONFIG_BPF_SYSCALL CONFIG_SYSCTL",
	.needed_by = "agents that restrict sysctls",
	.blocked_by = "any user namespace but the first; CAP_BPF, CAP_NET_ADMIN; seccomp",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(bpf),
	.ask = ask,
};
