/*
 * Can a process be born in a cgroup? (probes.md row 92.)
 *
 * With CLONE_INTO_CGROUP a runtime's first process is under its limits from its first
 * instruction and never has to be moved. EINVAL from clone3(2) may mean anything, so the
 * control is the same call without the flag: its child is not in the scratch cgroup. With the
 * flag, and nothing else changed, the child is, and nobody has moved it.
 */
#include "cgroup.h"
#include "uapi/sched.h"

static struct verdict ask(const struct ask *a)
{
	_cleanup_member_ struct member control = { 0 }, born = { 0 };

	int r = member_clone(&control, 0, -1);
	if (r < 0)
		return answer_refused(a, "clone3", -r);
	if (cgroup_has(a->cgroup, control.pid))
		return answer_error("clone3", 0,
			"the control failed: a child that was made without "
			"CLONE_INTO_CGROUP is in the scratch cgroup");
	r = member_clone(&born, CLONE_INTO_CGROUP, a->cgroup);
	if (r < 0)
		return cgroup_refused(a, "clone3(cgroup)", -r);
	if (!cgroup_has(a->cgroup, born.pid))
		return answer_fail(
			"clone3(CLONE_INTO_CGROUP) succeeded, but the child is not in that "
			"cgroup");
	return answer_pass(
		"the child of clone3(CLONE_INTO_CGROUP) is in that cgroup without having "
		"been moved; without the flag it is not");
}

const struct probe probe_cgroup_clone_into = {
	.about = "clone3(CLONE_INTO_CGROUP) makes a process inside a cgroup",
	.how = "The child of clone3(CLONE_INTO_CGROUP) has to be in the scratch "
	       "cgroup; the control is a child without the flag, which is not.",
	.man = "clone(2)",
	.since = "5.7",
	.kconfig = "CONFIG_CGROUPS",
	.needed_by = "systemd, crun, Go (UseCgroupFD)",
	.blocked_by = "seccomp on clone3 (docker: ENOSYS); no delegation (EACCES)",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(clone3),
	.ask = ask,
};
