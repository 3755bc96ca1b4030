/*
 * Does the kernel say how long processes wait for interrupts? (probes.md row 121.)
 *
 * As for the other files of PSI: /proc/pressure/irq is read. That it is missing counts
 * only beside /proc/pressure/memory, which can be read: the control.
 */
#include <string.h>

#include "cgroup_stall.h"

static struct verdict ask(const struct ask *a)
{
	struct verdict v;
	char text[512];

	if (psi_read(a, "memory", text, sizeof(text), &v) < 0)
		return v;
	if (psi_read(a, "irq", text, sizeof(text), &v) < 0) {
		if (v.outcome == OUTCOME_ABSENT)
			VERDICT_TEXT(v.detail,
				"there is /proc/pressure/memory, but no "
				"/proc/pressure/irq");
		return v;
	}
	text[strcspn(text, "\n")] = '\0';
	return answer_pass("/proc/pressure/irq reads \"%s\"", text);
}

const struct probe probe_cgroup_irq_pressure = {
	.about = "the kernel tells how long processes wait for interrupts (irq.pressure)",
	.how = "/proc/pressure/irq is read and has to be in PSI's format; the control "
	       "is /proc/pressure/memory.",
	.man = "Documentation/accounting/psi.rst",
	.kconfig = "CONFIG_PSI CONFIG_IRQ_TIME_ACCOUNTING",
	.needed_by = "network-bound nodes, KEP-4205",
	.blocked_by = "psi=0 (ENOENT, EOPNOTSUPP)",
	.needs = PROBE_SHARES,
	.calls = CALLS(openat),
	.ask = ask,
};
