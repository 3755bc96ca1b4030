/*
 * Can the reservation of huge pages be limited? (probes.md row 115.) Past this limit
 * mmap(2) fails; past hugetlb.SIZE.max a process is killed by SIGBUS. Runtimes set both.
 *
 * 1 byte is written and has to read back as 0, as only whole huge pages count; nonsense
 * has to be refused.
 */
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	return knob_ask_hugetlb(a, ".rsvd.max");
}

const struct probe probe_cgroup_hugetlb_rsvd = {
	.about = "the huge pages that a cgroup reserves can be limited "
		 "(hugetlb.SIZE.rsvd.max)",
	.how = "1 is written to hugetlb.SIZE.rsvd.max of a scratch cgroup with the "
	       "hugetlb controller and has to read back as 0; nonsense has to be "
	       "refused.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "5.7",
	.kconfig = "CONFIG_CGROUP_HUGETLB",
	.needed_by = "runc, crun, OCI linux.resources.hugepageLimits",
	.blocked_by = "hugetlb controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=hugetlb",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
