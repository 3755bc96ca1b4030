/*
 * Can a container's devices be restricted on cgroup2? (probes.md row 122.) There is no
 * devices controller there: runtimes attach a BPF program to the container's cgroup.
 *
 * A process in the scratch cgroup opens /dev/zero, attaches a program that denies that
 * device, and must get EPERM, while /dev/null, and /dev/zero for a process outside, still
 * open. In a user namespace it is always EPERM; rootless runtimes skip their device rules.
 */
#include <errno.h>

#include "bpf.h"

/* Only EPERM for the one beside success for the other is what the program does. */
static int try_devices(void)
{
	return bpf_try_null() ? EIO : bpf_try_zero();
}

static const struct bpf_insn insns[] = BPF_DENY_MINOR(5);

static const struct bpf_denial denial = {
	.program = { BPF_PROG_TYPE_CGROUP_DEVICE, BPF_CGROUP_DEVICE, insns,
		ARRAY_SIZE(insns) },
	.what = "opening /dev/zero beside /dev/null",
	.try = try_devices,
};

static struct verdict ask(const struct ask *a)
{
	return bpf_ask_denial(a, &denial);
}

const struct probe probe_bpf_cgroup_device = {
	.about = "a container's devices can be restricted on cgroup v2",
	.how = "A program that denies /dev/zero is attached to the scratch cgroup: a process in "
	       "it must get EPERM there, but not for /dev/null, nor one outside.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "4.15",
	.kconfig = "CONFIG_CGROUP_BPF CONFIG_BPF_SYSCALL",
	.needed_by = "runc, crun, youki, systemd DevicePolicy=",
	.blocked_by = "any user namespace but the first; CAP_BPF; seccomp",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(bpf),
	.ask = ask,
};
