/*
 * Does mapping the parent's root take CAP_SETFCAP? (probes.md row 54.)
 *
 * In a user namespace whose root is the parent's, file capabilities can be set that are valid
 * in the parent too. So from 5.12 on, and in older kernels that were given the fix, uid_map
 * with the parent's 0 in it is EPERM for a process without CAP_SETFCAP; a nested container
 * made by one whose runtime dropped that capability fails there. The control is the same
 * write with the capability. Before, both succeed.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>

#include "caps.h"
#include "ns.h"

/* In a child: what the write to uid_map gave comes back in v.err of a pass. */
static struct verdict map_root(const struct ask *a, void *arg)
{
	bool drop = *(bool *)arg;
	struct verdict v;

	if (drop && caps_drop(CAP_BIT(CAP_SETFCAP)) < 0)
		return answer_refused(a, "capset", errno);
	if (ns_unshare(a, "user", CLONE_NEWUSER, &v) < 0)
		return v;
	int r = write_file(AT_FDCWD, "/proc/self/uid_map", "0 0 1");
	if (r < 0 && (!drop || r != -EPERM))
		return answer_refused(a, "write(uid_map)", -r);
	v = answer_pass("asked");
	v.err = -r;
	return v;
}

static struct verdict ask(const struct ask *a)
{
	bool keep = false, drop = true;

	struct verdict v = ask_in_child(a, map_root, &keep);
	if (v.outcome != OUTCOME_PASS)
		return v;
	v = ask_in_child(a, map_root, &drop);
	if (v.outcome != OUTCOME_PASS)
		return v;
	if (v.err == 0)
		return answer_absent(
			"the parent's uid 0 could be mapped without CAP_SETFCAP too");
	return answer_pass("the parent's uid 0 could be mapped; without CAP_SETFCAP it "
			   "was EPERM");
}

const struct probe probe_ns_map_parent_root = {
	.about = "only who may set file capabilities can map the parent's root, so that "
		 "none can be forged",
	.how = "Writes \"0 0 1\" to uid_map of a nested user namespace, once as it is "
	       "and once made without CAP_SETFCAP: accepted and EPERM.",
	.man = "user_namespaces(7)",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "nested containers whose root is the outer one's",
	.blocked_by = NS_USER_BLOCKED "; a runtime that dropped CAP_SETFCAP (EPERM)",
	.needs = PROBE_NEEDS_USERNS,
	.calls = CALLS(unshare, write, capset),
	.ask = ask,
};
