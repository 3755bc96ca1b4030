/*
 * Can BPF programs decide as a security module? (probes.md row 185.) systemd's
 * RestrictFileSystems= and agents such as tetragon attach theirs there.
 *
 * The kernel's own list is asked. A program that is attached would decide for the whole
 * host, so none is; whether programs may be loaded at all is bpf/load.
 */
#include "lsm.h"

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	enum lsm_state state = lsm_state(a, "bpf", &v);
	if (state == LSM_REFUSED)
		return v;
	if (state == LSM_UNKNOWN)
		return lsm_unseen("bpf");
	if (state == LSM_INACTIVE)
		return lsm_inactive(a, "bpf");
	return answer_pass("bpf is among the active security modules");
}

const struct probe probe_lsm_bpf = {
	.about = "BPF programs can be attached as a security module",
	.how = "The kernel's list of active security modules; nothing is attached, as that would "
	       "decide for the whole host.",
	.man = "Documentation/bpf/prog_lsm.rst",
	.since = "5.7",
	.kconfig = "CONFIG_BPF_LSM",
	.needed_by = "systemd RestrictFileSystems=, tetragon",
	.blocked_by = "boot parameter lsm= without bpf",
	.needs = PROBE_SHARES,
	.calls = CALLS(openat),
	.ask = ask,
};
