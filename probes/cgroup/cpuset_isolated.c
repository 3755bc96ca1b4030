/*
 * Can CPUs be isolated for one cgroup, without load balancing? (probes.md row 107.) It
 * does at run time what isolcpus= does at boot.
 *
 * As for a partition in general, it is tried where it cannot come about, so that no CPU
 * is taken: the kernel takes the word and says what is wrong. Nonsense gives EINVAL, and
 * so does the word on a kernel that does not have it; that this is the word's fault is
 * shown by "root", which is taken there. (A kernel before 6.1 refuses both: it takes
 * neither where it cannot do it, and "isolated" came together with that change.)
 */
#include <errno.h>
#include <string.h>

#include "ask.h"
#include "cgroup_knob.h"

static struct verdict refused(const struct ask *a, const struct leaf *leaf)
{
	struct verdict v;

	int r = write_file(leaf->dir, "cpuset.cpus.partition", "root");
	if (r < 0 && r != -EINVAL)
		return answer_refused(a, "write(cpuset.cpus.partition)", -r);
	if (knob_write(a, leaf, "cpuset.cpus.partition", "member", &v) < 0)
		return v;
	v = answer_absent(
		"cpuset.cpus.partition refuses \"isolated\" (EINVAL), as it does "
		"nonsense; \"member\"%s accepted",
		r == 0 ? " and \"root\" are" : " is");
	VERDICT_TEXT(v.stage, "write(cpuset.cpus.partition)");
	v.err = EINVAL;
	return v;
}

static struct verdict set(const struct ask *a, const struct leaf *leaf)
{
	char text[256];
	struct verdict v;

	if (knob_nonsense(a, leaf, "cpuset.cpus.partition", "nonsense", &v) < 0)
		return v;
	int r = write_file(leaf->dir, "cpuset.cpus.partition", "isolated");
	if (r < 0)
		return r == -EINVAL
			? refused(a, leaf)
			: answer_refused(a, "write(cpuset.cpus.partition)", -r);
	if (knob_read(a, leaf, "cpuset", "cpuset.cpus.partition", text, sizeof(text),
		    &v) < 0 ||
		knob_write(a, leaf, "cpuset.cpus.partition", "member", &v) < 0)
		return v;
	if (strncmp(text, "isolated", 8))
		return answer_fail(
			"\"isolated\" was written to cpuset.cpus.partition, but it "
			"reads \"%s\"",
			text);
	return answer_pass(
		"\"isolated\" was written to cpuset.cpus.partition, which then reads "
		"\"%s\"; nonsense is refused",
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
	return answer_denied("cgroup",
		"only this process's own cgroup could hand the cpuset controller on, and it is "
		"not ours to change",
		"run where cgroups below this process's have the controller, or ask in a "
		"cgroup without processes of its own beside",
		"this process's own cgroup has cpuset.cpus.partition; which words it takes only "
		"a write would tell");
}

const struct probe probe_cgroup_cpuset_isolated = {
	.about = "CPUs can be isolated at run time for one cgroup (cpuset.cpus.partition "
		 "isolated)",
	.how = "\"isolated\" is written to cpuset.cpus.partition of a scratch cgroup "
	       "whose parent is no partition, so that no CPU is taken, and has to read "
	       "\"isolated invalid (reason)\"; nonsense and, as the control, \"root\" are "
	       "written too.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "6.1",
	.kconfig = "CONFIG_CPUSETS",
	.needed_by = "low-latency nodes, real-time containers",
	.blocked_by = "cpuset controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=cpuset",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
