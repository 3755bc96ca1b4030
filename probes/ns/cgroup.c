/*
 * Can a cgroup namespace be made? (probes.md row 76.)
 *
 * What was the process's own cgroup is "/" in it: every line of /proc/self/cgroup must say so,
 * where one said something else before. Where it was "/" already the namespace itself, which
 * is another than before, is all there is to see. unshare(2) ignores the flag without
 * CONFIG_CGROUPS; then there is no /proc/self/ns/cgroup.
 */
#include <sched.h>
#include <string.h>

#include "ns.h"

/* How many lines do not end in ":/"? -1: the file cannot be read. */
static int below_root(const struct ask *a)
{
	char text[16384];
	int count = 0;

	if (env_file(a->env, "/proc/self/cgroup", text, sizeof(text)) < 0)
		return -1;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		size_t len = strlen(line);
		count += len < 2 || strcmp(line + len - 2, ":/") != 0;
	}
	return count;
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	_cleanup_close_ int before = ns_own(a, "cgroup", &v);
	if (before < 0)
		return v;
	int outside = below_root(a);
	if (ns_unshare(a, "cgroup", CLONE_NEWCGROUP, &v) < 0)
		return v;
	_cleanup_close_ int after = ns_own(a, "cgroup", &v);
	if (after < 0)
		return v;
	int inside = below_root(a);
	if (outside < 0 || inside < 0)
		return answer_error(
			"open(cgroup)", 0, "/proc/self/cgroup cannot be read");
	if (ns_same(before, after) || inside > 0)
		return answer_fail("unshare(CLONE_NEWCGROUP) succeeded, but %s",
			inside ? "/proc/self/cgroup still tells what is outside"
			       : "the process is in the same namespace as before");
	return answer_pass("in a new cgroup namespace every line of /proc/self/cgroup is "
			   "\"/\"; before, %d were not",
		outside);
}

const struct probe probe_ns_cgroup = {
	.about = "a container can have a view of the cgroups that begins with its own",
	.how = "Makes a cgroup namespace and compares /proc/self/cgroup before and "
	       "after.",
	.man = "cgroup_namespaces(7)",
	.since = "4.6",
	.kconfig = "CONFIG_CGROUPS",
	.needed_by = "every container runtime on cgroup v2",
	.blocked_by = NS_BLOCKED("cgroup"),
	.needs = PROBE_NEEDS_MNTNS, /* with it, a user gets a user namespace */
	.calls = CALLS(unshare),
	.ask = ask,
};
