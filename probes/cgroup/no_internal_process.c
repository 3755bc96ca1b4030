/*
 * Does the kernel keep processes out of the inner nodes of the tree? (probes.md row 87.)
 * A cgroup2 that hands a resource down may not have processes itself: this contract is
 * behind most failures of docker in docker, and what init systems rely on.
 *
 * It holds for controllers that cannot be threaded (memory, io, hugetlb, ...), so the
 * first of those that is to be had is taken. The control: an empty cgroup may enable it.
 * Then a process may not be moved in (EBUSY); and once the controller is off again it
 * may, and then enabling gives EBUSY.
 */
#include <errno.h>
#include <stdio.h>

#include "ask.h"
#include "cgroup.h"
#include "cgroup_control.h"

/* Controllers that may be threaded do not have the rule (cgroups(7)). */
static const char *const domain_controllers[] = { "memory", "io", "hugetlb", "rdma",
	"misc", "dmem" };

/* Enables one of them in the scratch cgroup: its name, or NULL with *ret_refused. */
static const char *enable(const struct ask *a, struct verdict *ret_refused)
{
	enum controller_state state, first = CONTROLLER_STATES;

	for (size_t i = 0; i < ARRAY_SIZE(domain_controllers); i++) {
		if (controller_enable(a, domain_controllers[i], &state, ret_refused) < 0)
			return NULL;
		if (state == CONTROLLER_WORKS)
			return domain_controllers[i];
		if (first == CONTROLLER_STATES)
			first = state;
	}
	*ret_refused = first == CONTROLLER_LISTED
		? answer_denied("cgroup",
			  "only this process's own cgroup could hand a controller on, and it is not "
			  "ours to change",
			  "run where cgroups below this process's have controllers",
			  "no controller can be enabled in a cgroup made here")
		: first == CONTROLLER_UNKNOWN
		? answer_denied("cgroup",
			  "no controller to try it with is to be had here",
			  "run in a cgroup with the memory or io controller",
			  "no controller can be enabled in a cgroup made here")
		: controller_missing(a, first, "memory",
			  "no controller can be enabled in a cgroup made here");
	return NULL;
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_member_ struct member m = { 0 };
	char on[32], off[32];
	struct verdict v;

	const char *name = enable(a, &v);
	if (!name)
		return v;
	snprintf(on, sizeof(on), "+%s", name);
	snprintf(off, sizeof(off), "-%s", name);
	int r = member_start_in(&m, a->cgroup);
	if (r == 0)
		return answer_fail(
			"a process could be put into a cgroup that hands the %s "
			"controller down",
			name);
	if (r != -EBUSY)
		return cgroup_refused(a, "write(cgroup.procs)", -r);
	if ((r = write_file(a->cgroup, "cgroup.subtree_control", off)) < 0)
		return cgroup_refused(a, "write(cgroup.subtree_control)", -r);
	if ((r = member_start_in(&m, a->cgroup)) < 0)
		return cgroup_refused(a, "write(cgroup.procs)", -r);
	r = write_file(a->cgroup, "cgroup.subtree_control", on);
	if (r == 0)
		return answer_fail(
			"a cgroup with a process in it could enable the %s controller "
			"below",
			name);
	if (r != -EBUSY)
		return cgroup_refused(a, "write(cgroup.subtree_control)", -r);
	return answer_pass(
		"with %s handed down no process can be put into a cgroup (EBUSY); with "
		"a process in it %s cannot be handed down (EBUSY), as it could before",
		name, name);
}

const struct probe probe_cgroup_no_internal_process = {
	.about = "a cgroup that hands resources down has no processes itself (EBUSY)",
	.how = "A domain controller is enabled in an empty scratch cgroup (the "
	       "control); then a process may not be put into it, and with a process in "
	       "it the controller may not be enabled.",
	.man = "cgroups(7)",
	.since = "4.5",
	.kconfig = "CONFIG_CGROUPS",
	.needed_by = "systemd, docker in docker, kind",
	.blocked_by = "no controller delegated; cgroup v1",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write),
	.ask = ask,
};
