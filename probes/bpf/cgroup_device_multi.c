/*
 * Can a cgroup have several device programs? (probes.md row 123.) systemd and the runtime
 * both attach theirs to a container's cgroup, with BPF_F_ALLOW_MULTI; a device must then be
 * allowed by all of them.
 *
 * Two programs, one denying /dev/zero and one /dev/full, are attached by a process in the
 * scratch cgroup: after the first only /dev/zero is EPERM, which is the control; after the
 * second both are, and /dev/null still opens.
 */
#include <errno.h>

#include "bpf.h"
#include "record.h"

static struct verdict judge(const struct ask *a, int cgroup, int zero, int full)
{
	int r = bpf_attach(cgroup, zero, BPF_CGROUP_DEVICE, BPF_F_ALLOW_MULTI, -1);

	if (r < 0)
		return bpf_refused(a, "bpf(prog_attach)", -r);
	int one = bpf_try_zero(), other = bpf_try_full();
	r = bpf_attach(cgroup, full, BPF_CGROUP_DEVICE, BPF_F_ALLOW_MULTI, -1);
	if (r < 0)
		return bpf_refused(a, "bpf(prog_attach_multi)", -r);
	if (one != EPERM || other)
		return answer_fail(
			"under a program that denies /dev/zero it gave %s, and /dev/full %s",
			one ? errno_name(one) : "no error",
			other ? errno_name(other) : "no error");
	one = bpf_try_zero();
	other = bpf_try_full();
	if (one != EPERM || other != EPERM || bpf_try_null())
		return answer_fail(
			"with a second program, that denies /dev/full, /dev/zero gave %s and "
			"/dev/full %s",
			one ? errno_name(one) : "no error",
			other ? errno_name(other) : "no error");
	return answer_pass(
		"two programs on one cgroup each denied their device, and let /dev/null through");
}

static struct verdict ask(const struct ask *a)
{
	return bpf_ask_two_devices(a, judge);
}

const struct probe probe_bpf_cgroup_device_multi = {
	.about =
		"the runtime and the init system can both restrict a container's devices",
	.how = "Two programs are attached to the scratch cgroup, and a process in it must be "
	       "denied what either forbids.",
	.man = "bpf(2)",
	.since = "4.15",
	.kconfig = "CONFIG_CGROUP_BPF CONFIG_BPF_SYSCALL",
	.needed_by = "runc, crun, systemd",
	.blocked_by = "any user namespace but the first; CAP_BPF; seccomp",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(bpf),
	.ask = ask,
};
