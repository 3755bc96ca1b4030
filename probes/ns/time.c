/*
 * Can a time namespace be made? (probes.md row 77.)
 *
 * Who makes one stays where it is, and its children are in it: the child must be in another
 * than its parent, and in the one that /proc/self/ns/time_for_children names.
 */
#include "ns.h"
#include "uapi/sched.h"

struct seen {
	int before, for_children;
};

static struct verdict ask_child(const struct ask *a, void *arg)
{
	const struct seen *s = arg;
	struct verdict v;

	_cleanup_close_ int own = ns_own(a, "time", &v);
	if (own < 0)
		return v;
	if (ns_same(own, s->before) || !ns_same(own, s->for_children))
		return answer_fail("a child made after unshare(CLONE_NEWTIME) is not in "
				   "the new time namespace");
	return answer_pass("after unshare(CLONE_NEWTIME) a child was in another time "
			   "namespace than its parent, which stayed in its own");
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	_cleanup_close_ int before = ns_own(a, "time", &v);
	if (before < 0 || ns_unshare(a, "time", CLONE_NEWTIME, &v) < 0)
		return v;
	_cleanup_close_ int after = ns_own(a, "time", &v);
	if (after < 0)
		return v;
	_cleanup_close_ int for_children = ns_own(a, "time_for_children", &v);
	if (for_children < 0)
		return v;
	if (!ns_same(before, after))
		return answer_fail(
			"unshare(CLONE_NEWTIME) moved the process that called it, too");
	struct seen seen = { before, for_children };
	return ask_in_child(a, ask_child, &seen);
}

const struct probe probe_ns_time = {
	.about = "a container can have a time namespace",
	.how = "Makes a time namespace: a child is in it, the process itself is not.",
	.man = "time_namespaces(7)",
	.since = "5.6",
	.kconfig = "CONFIG_TIME_NS",
	.needed_by = "CRIU, the runtime specification's time namespace",
	.blocked_by = NS_BLOCKED("time"),
	.needs = PROBE_NEEDS_MNTNS, /* with it, a user gets a user namespace */
	.calls = CALLS(unshare),
	.ask = ask,
};
