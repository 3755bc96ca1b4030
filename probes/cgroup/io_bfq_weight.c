/*
 * Can disk time be shared out by weight by the BFQ scheduler? (probes.md row 110.)
 *
 * The file comes with the scheduler, most often a module that is loaded when root
 * chooses it for a disk: if the file is missing and such a module could be loaded, the
 * kernel has it. Weights act on disks with that scheduler only. 200 is written and read
 * back; 1001 is above the range.
 */
#include <errno.h>
#include <string.h>

#include "autoload.h"
#include "cgroup_knob.h"

static struct verdict ask(const struct ask *a)
{
	static const struct knob knob = {
		.controller = "io",
		.file = "io.bfq.weight",
		.write = "200",
		.read = "default 200",
		.nonsense = "1001",
	};
	char name[64];

	struct verdict v = knob_ask(a, &knob);
	if (v.outcome != OUTCOME_ABSENT || v.err != ENOENT ||
		strcmp(v.stage, "openat(io.bfq.weight)") ||
		module_state(a->env, "bfq", name, sizeof(name)) != MODULE_LOADABLE)
		return v;
	return answer_denied("module",
		"the BFQ scheduler is a module, which is not loaded",
		"modprobe bfq, and choose it: echo bfq > /sys/block/DISK/queue/scheduler",
		"%s", v.detail);
}

const struct probe probe_cgroup_io_bfq_weight = {
	.about = "weights for disk time are accepted by the BFQ scheduler "
		 "(io.bfq.weight)",
	.how = "200 is written to io.bfq.weight of a scratch cgroup with the io "
	       "controller and read back; 1001 has to be refused.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.kconfig = "CONFIG_BFQ_GROUP_IOSCHED CONFIG_IOSCHED_BFQ",
	.needed_by =
		"docker --blkio-weight, runc, crun, OCI linux.resources.blockIO.weight",
	.blocked_by = "io controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=blkio; module bfq not loaded",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
