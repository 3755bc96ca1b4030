/*
 * Does the kernel say how long processes wait for memory, CPU and I/O? (probes.md row
 * 119.) Pressure stall information is what systemd-oomd kills by, and the kubelet's
 * metrics.
 *
 * /proc/pressure/memory is read and has to be in PSI's format. A kernel that was booted
 * with PSI off has the file and answers EOPNOTSUPP, or has no /proc/pressure at all:
 * then a function of PSI's among the kernel's types or symbols tells that it is only
 * off.
 */
#include <string.h>

#include "cgroup_stall.h"

static struct verdict ask(const struct ask *a)
{
	struct verdict v;
	char text[512];

	if (psi_read(a, "memory", text, sizeof(text), &v) < 0)
		return v;
	text[strcspn(text, "\n")] = '\0';
	return answer_pass("/proc/pressure/memory reads \"%s\"", text);
}

const struct probe probe_cgroup_psi = {
	.about = "the kernel tells how long processes wait for memory, CPU and I/O (PSI)",
	.how = "/proc/pressure/memory is read and has to be in PSI's format; where it "
	       "is missing, the kernel's own types tell whether it was only booted "
	       "with PSI off.",
	.man = "Documentation/accounting/psi.rst",
	.since = "4.20",
	.kconfig = "CONFIG_PSI",
	.needed_by = "systemd-oomd, kubelet PSI metrics (KEP-4205)",
	.blocked_by = "psi=0, or CONFIG_PSI_DEFAULT_DISABLED without psi=1 (ENOENT, "
		      "EOPNOTSUPP)",
	.needs = PROBE_SHARES,
	.calls = CALLS(openat),
	.ask = ask,
};
