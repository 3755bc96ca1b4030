/*
 * May a process without capabilities load BPF programs? (probes.md row 186.) Most hosts
 * forbid it, as such programs helped to exploit the processor's speculation.
 *
 * A child gives up its capabilities and loads a socket filter. EPERM, with
 * kernel.unprivileged_bpf_disabled not 0 and no filter in front, is that sysctl's doing. What
 * the same program does for who has the capability is bpf/load.
 */
#include <errno.h>
#include <string.h>

#include "bpf.h"
#include "caps.h"

static int load(void)
{
	struct bpf_program program = { .type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = bpf_return_0,
		.count = ARRAY_SIZE(bpf_return_0) };

	return bpf_load(&program, -1);
}

/* Proven: nothing but a missing capability refuses it, and the sysctl says that it does. */
static struct verdict refused(const struct ask *a, int err)
{
	struct verdict v = answer_refused(a, "bpf(prog_load)", err);
	long long value =
		env_number(a->env, "/proc/sys/kernel/unprivileged_bpf_disabled");

	if (v.outcome != OUTCOME_DENIED || err != EPERM ||
		(strcmp(v.layer, "unproven") && strcmp(v.layer, "capability")) ||
		(value != 1 && value != 2))
		return v;
	VERDICT_TEXT(v.layer, "sysctl");
	VERDICT_TEXT(v.cause, "sysctl kernel.unprivileged_bpf_disabled is %lld%s", value,
		value == 1 ? ", which lasts until the next boot" : "");
	VERDICT_TEXT(v.remedy,
		"%s (any user may then load programs, which have helped to exploit "
		"the processor's speculation); better, give the program CAP_BPF",
		value == 1
			? "boot with kernel.unprivileged_bpf_disabled=0 in /etc/sysctl.d"
			: "sysctl -w kernel.unprivileged_bpf_disabled=0");
	return v;
}

static struct verdict in_child(const struct ask *a, void *arg)
{
	struct caps none = { 0 };

	if (caps_set(&none) < 0)
		return answer_refused(a, "capset", errno);
	_cleanup_close_ int fd = load();
	if (fd < 0)
		return refused(a, errno);
	return answer_pass("a process without capabilities loaded a socket filter");
}

static struct verdict ask(const struct ask *a)
{
	return ask_in_child(a, in_child, NULL);
}

const struct probe probe_bpf_unprivileged = {
	.about = "any process can load BPF programs of its own (most hosts forbid it)",
	.how = "A child without capabilities loads a socket filter.",
	.man = "bpf(2)",
	.since = "4.4",
	.kconfig = "CONFIG_BPF_SYSCALL",
	.needed_by = "unprivileged tracing and filtering",
	.blocked_by = "kernel.unprivileged_bpf_disabled=1 or 2; seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(bpf, capset),
	.ask = ask,
};
