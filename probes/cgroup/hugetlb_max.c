/*
 * Can the use of huge pages be limited? (probes.md row 115.)
 *
 * 1 byte is written and has to read back as 0, as only whole huge pages count; nonsense
 * has to be refused.
 */
#include <limits.h>
#include <string.h>

#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	_cleanup_leaf_ struct leaf leaf = { -1 };
	char file[NAME_MAX + 1], text[64];
	struct verdict v;

	if (leaf_make(a, "hugetlb", NULL, &leaf, &v) < 0)
		return v;
	if (!knob_find(&leaf, "hugetlb.", ".max", file))
		return answer_absent("a cgroup that has the hugetlb controller has no "
				     "hugetlb.SIZE.max");
	if (knob_read(a, &leaf, "hugetlb", file, text, sizeof(text), &v) < 0)
		return v;
	if (!leaf.ours)
		return knob_own(file, text);
	if (knob_write(a, &leaf, file, "1", &v) < 0 ||
		knob_nonsense(a, &leaf, file, "many", &v) < 0 ||
		knob_read(a, &leaf, "hugetlb", file, text, sizeof(text), &v) < 0)
		return v;
	if (strcmp(text, "0"))
		return answer_fail(
			"1 byte was written to %s, but it reads \"%s\" and not 0", file,
			text);
	return answer_pass(
		"1 byte was written to %s, which reads 0: it counts whole huge pages; "
		"nonsense is refused",
		file);
}

const struct probe probe_cgroup_hugetlb_max = {
	.about = "the huge pages of a cgroup can be limited (hugetlb.SIZE.max)",
	.how = "1 is written to hugetlb.SIZE.max of a scratch cgroup with the hugetlb "
	       "controller and has to read back as 0; nonsense has to be refused.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "5.6",
	.kconfig = "CONFIG_CGROUP_HUGETLB",
	.needed_by = "OCI linux.resources.hugepageLimits, kubelet",
	.blocked_by = "hugetlb controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=hugetlb",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
