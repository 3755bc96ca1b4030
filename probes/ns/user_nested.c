/*
 * Can a user namespace be made and used inside another? (probes.md row 55.)
 *
 * Podman in a container, or a build sandbox in a CI job, is this. The namespace that the
 * question is asked in is a fresh one, so that a limit of the outer one, or a filter that the
 * outer runtime set, is met as a nested container would meet it. The inner one has to be a
 * third namespace, to map its root to the outer's, and not to let the process back out.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "ns.h"

static struct verdict ask(const struct ask *a)
{
	unsigned inside, outside, count;
	char map[64];
	struct verdict v;

	_cleanup_close_ int outer = ns_open(a->env, "user");
	if (outer < 0)
		return answer_refused(a, "open(ns/user)", -outer);
	if (geteuid() != 0)
		return answer_error(
			"write(uid_map)", 0, "the asker is not root in the outer one");

	if (unshare(CLONE_NEWUSER) < 0)
		return answer_refused(a, "unshare(user)", errno);
	_cleanup_close_ int inner = ns_open(a->env, "user");
	if (inner < 0 || ns_same(outer, inner) || geteuid() == 0)
		return answer_fail(
			"unshare(CLONE_NEWUSER) succeeded inside a user namespace, but no "
			"new one was made");
	if (map_self(a, 0, 0, &v) < 0)
		return v;
	if (geteuid() != 0 ||
		env_file(a->env, "/proc/self/uid_map", map, sizeof(map)) < 0 ||
		sscanf(map, "%u %u %u", &inside, &outside, &count) != 3 || inside != 0 ||
		count != 1)
		return answer_fail(
			"the map of the inner namespace was accepted, but is not in force");
	if (setns(outer, CLONE_NEWUSER) == 0)
		return answer_fail(
			"from the inner user namespace the outer one could be joined");
	return answer_pass(
		"a user namespace made inside another has its own ids, and no way back "
		"to the outer one");
}

const struct probe probe_ns_user_nested = {
	.about = "a user namespace can be made and used inside another",
	.how = "Makes and maps a user namespace inside another, and tries to get back "
	       "out of it.",
	.man = "user_namespaces(7)",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "podman in a container, build sandboxes in CI jobs",
	.blocked_by = NS_USER_BLOCKED,
	.needs = PROBE_NEEDS_USERNS,
	.calls = CALLS(unshare, write),
	.ask = ask,
};
