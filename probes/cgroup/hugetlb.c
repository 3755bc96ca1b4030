/*
 * Is the hugetlb controller to be had in this cgroup? (probes.md rows 81, 82, 115.)
 *
 * It is enabled for what is below the scratch cgroup, and a hugetlb.SIZE.max, for
 * whatever sizes of huge pages the machine has, has to appear there. EINVAL: this kernel
 * does not have it, or it was disabled at boot. ENOENT: it is bound to a cgroup v1
 * hierarchy, or not handed down to here. Where only this process's own cgroup could hand
 * it on, the file is looked for in that.
 */
#include <limits.h>

#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	_cleanup_leaf_ struct leaf leaf = { -1 };
	char file[NAME_MAX + 1];
	struct verdict v;

	if (leaf_make(a, "hugetlb", NULL, &leaf, &v) < 0)
		return v;
	if (!knob_find(&leaf, "hugetlb.", ".max", file))
		return answer_absent(
			"the hugetlb controller can be enabled, but has no files: "
			"there are no huge pages");
	return answer_pass("%s has the hugetlb controller, and %s",
		leaf.ours ? "a cgroup made here" : "this process's own cgroup", file);
}

const struct probe probe_cgroup_hugetlb = {
	.about = "huge pages can be limited for each cgroup (the hugetlb controller)",
	.how = "+hugetlb is written to cgroup.subtree_control of a scratch cgroup, and "
	       "a hugetlb.SIZE.max has to appear one level down; the control is an "
	       "empty line.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "5.6",
	.kconfig = "CONFIG_CGROUP_HUGETLB",
	.needed_by = "kubelet, OCI linux.resources.hugepageLimits",
	.blocked_by = "hugetlb controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=hugetlb",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
