/*
 * Can CPUs be set apart for one cgroup? (probes.md row 107.) A "partition" has its CPUs,
 * and their scheduling domain, for itself.
 *
 * To make a real one would take CPUs from everybody else, so it is tried where it cannot
 * come about: in a cgroup whose parent is no partition. Since 6.1 the kernel takes the
 * word all the same and says what is wrong ("root invalid (...)"); before, it refused
 * with EINVAL what it could not do, which tells nothing: there "member", the other word,
 * is written and read back. Nonsense has to be refused.
 */
#include <errno.h>
#include <string.h>

#include "ask.h"
#include "cgroup_knob.h"

static struct verdict set(const struct ask *a, const struct leaf *leaf)
{
	char text[256];
	struct verdict v;

	int r = write_file(leaf->dir, "cpuset.cpus.partition", "root");
	if (r < 0 && r != -EINVAL)
		return answer_refused(a, "write(cpuset.cpus.partition)", -r);
	if (knob_read(a, leaf, "cpuset", "cpuset.cpus.partition", text, sizeof(text),
		    &v) < 0 ||
		knob_nonsense(a, leaf, "cpuset.cpus.partition", "nonsense", &v) < 0 ||
		knob_write(a, leaf, "cpuset.cpus.partition", "member", &v) < 0)
		return v;
	if (r == -EINVAL)
		return strcmp(text, "member")
			? answer_fail("cpuset.cpus.partition reads \"%s\"", text)
			: answer_pass(
				  "cpuset.cpus.partition reads \"member\" and takes that; "
				  "\"root\" is refused where the parent is none (EINVAL), "
				  "as kernels before 6.1 do");
	if (strncmp(text, "root", 4))
		return answer_fail(
			"\"root\" was written to cpuset.cpus.partition, but it reads "
			"\"%s\"",
			text);
	return answer_pass(
		"\"root\" was written to cpuset.cpus.partition, which then reads "
		"\"%s\"",
		text);
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_leaf_ struct leaf leaf = { -1 };
	struct verdict v;
	char text[256];

	if (leaf_make(a, "cpuset", "cpuset.cpus.partition", &leaf, &v) < 0 ||
		knob_read(a, &leaf, "cpuset", "cpuset.cpus.partition", text, sizeof(text),
			&v) < 0)
		return v;
	if (leaf.ours)
		return set(a, &leaf);
	return knob_own("cpuset.cpus.partition", text);
}

const struct probe probe_cgroup_cpuset_partition = {
	.about = "CPUs can be set apart for one cgroup (cpuset.cpus.partition)",
	.how = "\"root\" is written to cpuset.cpus.partition of a scratch cgroup whose "
	       "parent is no partition, so that no CPU is taken, and has to read \"root "
	       "invalid (reason)\"; nonsense has to be refused.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.kconfig = "CONFIG_CPUSETS",
	.needed_by = "low-latency nodes, libvirt, systemd AllowedCPUs= setups",
	.blocked_by = "cpuset controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=cpuset",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
