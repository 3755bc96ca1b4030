/*
 * Can a container's device rules be changed while it runs? (probes.md row 123.) `runc
 * update` puts a new program in the old one's place at once (BPF_F_REPLACE), without a
 * moment in which neither, or both, decide.
 *
 * A program that denies /dev/zero is replaced by one that denies /dev/full: each device must
 * be EPERM under its program and open under the other's. EINVAL: older than 5.6, where the
 * control, attaching the second beside the first, works.
 */
#include <errno.h>

#include "bpf.h"
#include "record.h"

static struct verdict judge(const struct ask *a, int cgroup, int zero, int full)
{
	unsigned flags = BPF_F_ALLOW_MULTI;

	int r = bpf_attach(cgroup, zero, BPF_CGROUP_DEVICE, flags, -1);
	if (r < 0)
		return bpf_refused(a, "bpf(prog_attach)", -r);
	int zero_before = bpf_try_zero(), full_before = bpf_try_full();
	r = bpf_attach(cgroup, full, BPF_CGROUP_DEVICE, flags | BPF_F_REPLACE, zero);
	int control =
		r == -EINVAL ? bpf_attach(cgroup, full, BPF_CGROUP_DEVICE, flags, -1) : 0;
	if (control < 0)
		return answer_error("bpf(prog_attach)", -control,
			"the control failed: a second program cannot be attached either");
	if (r < 0)
		return bpf_refused(a, "bpf(prog_replace)", -r);
	int zero_after = bpf_try_zero(), full_after = bpf_try_full();
	if (zero_before != EPERM || full_before || zero_after || full_after != EPERM)
		return answer_fail(
			"after a program that denies /dev/zero was replaced by one that denies "
			"/dev/full, the first gave %s and the second %s",
			zero_after ? errno_name(zero_after) : "no error",
			full_after ? errno_name(full_after) : "no error");
	return answer_pass(
		"when the program that denies /dev/zero was replaced by one that denies /dev/full, "
		"the first opened and the second gave EPERM");
}

static struct verdict ask(const struct ask *a)
{
	return bpf_ask_two_devices(a, judge);
}

const struct probe probe_bpf_cgroup_device_replace = {
	.about = "a container's device rules can be changed while it runs",
	.how = "A program that denies /dev/zero is replaced by one that denies /dev/full: each "
	       "must be EPERM under its own and open under the other.",
	.man = "bpf(2)",
	.since = "5.6",
	.kconfig = "CONFIG_CGROUP_BPF CONFIG_BPF_SYSCALL",
	.needed_by = "runc update, crun",
	.blocked_by = "any user namespace but the first; CAP_BPF; seccomp",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(bpf),
	.ask = ask,
};
