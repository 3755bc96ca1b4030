/*
 * May the asker make a user namespace? (probes.md row 47.)
 *
 * Everything rootless begins with this call, and five policies can take it away. A call that
 * returns 0 is not yet an answer: the process must be in another namespace than before, and
 * hold there a capability which makes it that namespace's root.
 */
#include <errno.h>
#include <sched.h>
#include <sys/capability.h>

#include "ns.h"

static struct verdict ask(const struct ask *a)
{
	_cleanup_close_ int before = ns_open(a->env, "user");
	if (before == -ENOENT)
		return answer_absent(
			"there is no /proc/self/ns/user: this kernel has no user "
			"namespaces");
	if (before < 0)
		return answer_refused(a, "open(ns/user)", -before);

	if (unshare(CLONE_NEWUSER) < 0)
		return answer_refused(a, "unshare(user)", errno);
	_cleanup_close_ int after = ns_open(a->env, "user");
	if (after < 0)
		return answer_refused(a, "open(ns/user)", -after);
	if (ns_same(before, after))
		return answer_fail(
			"unshare(CLONE_NEWUSER) succeeded, but the process is in the "
			"same user namespace as before");

	struct env inside;
	int r = env_read(&inside, a->env->prefix);
	if (r < 0)
		return answer_error(
			"open(status)", -r, "/proc/self/status cannot be read");
	if (!env_has_cap(&inside, CAP_SYS_ADMIN))
		return answer_fail("the process is in a new user namespace but has no "
				   "CAP_SYS_ADMIN in it");
	return answer_pass(
		"unshare(CLONE_NEWUSER) moved the process to another user namespace, "
		"where it has CAP_SYS_ADMIN%s",
		env_has_cap(a->env, CAP_SYS_ADMIN) ? ""
						   : "; before it had no CAP_SYS_ADMIN");
}

const struct probe probe_ns_user = {
	.about = "the asker may make a user namespace",
	.how = "Calls unshare(2), and looks whether the process is in another user "
	       "namespace and has CAP_SYS_ADMIN there.",
	.man = "user_namespaces(7)",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "rootless containers, bubblewrap, Chromium, KEP-127",
	.blocked_by = NS_USER_BLOCKED,
	.calls = CALLS(unshare),
	.ask = ask,
};
