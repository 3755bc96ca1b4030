/*
 * Can the kernel be locked down against its own root? (probes.md row 194.) In a mode other
 * than "none" it also takes things away: unsigned modules, kexec, and in "confidentiality"
 * what BPF programs read of the kernel.
 *
 * The kernel's list of active modules is asked, and the mode read. What is refused by a
 * lockdown would be told in the kernel log, so that no such thing is tried.
 */
#include <stdio.h>
#include <string.h>

#include "lsm.h"

static struct verdict judge(const struct ask *a)
{
	char text[128], mode[32] = "";

	/* "none [integrity] confidentiality": the one in brackets. */
	if (lsm_security_file(a, "lockdown", text, sizeof(text)) > 0 && strchr(text, '['))
		sscanf(strchr(text, '['), "[%31[^]]", mode);
	if (!*mode)
		return answer_pass(
			"lockdown is among the active security modules; its mode cannot be read "
			"here (/sys/kernel/security is not mounted)");
	return answer_pass(
		"lockdown is among the active security modules; its mode: %s", mode);
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	enum lsm_state state = lsm_state(a, "lockdown", &v);
	if (state == LSM_REFUSED)
		return v;
	if (state == LSM_UNKNOWN)
		return lsm_unseen("lockdown");
	return state == LSM_ACTIVE ? judge(a) : lsm_inactive(a, "lockdown");
}

const struct probe probe_lsm_lockdown = {
	.about =
		"the kernel can be locked down against its own root (the detail tells the mode)",
	.how = "The kernel's list of active security modules, and /sys/kernel/security/lockdown; "
	       "nothing is tried, as refusals are told in the kernel log.",
	.man = "kernel_lockdown(7)",
	.since = "5.4",
	.kconfig = "CONFIG_SECURITY_LOCKDOWN_LSM",
	.needed_by = "Secure Boot hosts",
	.blocked_by = "boot parameter lsm=",
	.needs = PROBE_SHARES,
	.calls = CALLS(openat),
	.ask = ask,
};
