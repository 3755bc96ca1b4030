/*
 * Can a user namespace limit its own children? (probes.md rows 56 and 219.)
 *
 * A sandbox that must not spawn others sets user.max_user_namespaces in its own user
 * namespace. The control comes first: with the limit as it is a child can be made. Then, with
 * the limit at 0, the same call is ENOSPC, and with the limit raised it succeeds again, so
 * that nothing but the limit decided. (Raised by more than one: a namespace that has ended is
 * counted for a while longer.) The sysctl is the namespace's own: nothing outside is touched.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ns.h"

#define LIMIT "/proc/sys/user/max_user_namespaces"

/* In a child: the errno of making a user namespace comes back in v.err, 0 if it was made. */
static struct verdict make_one(const struct ask *a, void *arg)
{
	return (struct verdict) { .err = unshare(CLONE_NEWUSER) < 0 ? errno : 0 };
}

static bool set_limit(const struct ask *a, const char *value, struct verdict *ret_refused)
{
	_cleanup_close_ int fd = env_open(a->env, LIMIT, O_WRONLY);

	if (fd < 0)
		*ret_refused = answer_refused(a, "open(max_user_namespaces)", -fd);
	else if (write(fd, value, strlen(value)) < 0)
		*ret_refused = answer_refused(a, "write(max_user_namespaces)", errno);
	else
		return true;
	return false;
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v = ask_in_child(a, make_one, NULL);

	if (v.outcome == OUTCOME_ERROR)
		return v;
	if (v.err)
		return answer_refused(a, "unshare(user)", v.err);

	if (!set_limit(a, "0\n", &v))
		return v;
	v = ask_in_child(a, make_one, NULL);
	if (v.outcome == OUTCOME_ERROR)
		return v;
	if (v.err != ENOSPC && v.err != EUSERS)
		return answer_fail(
			"with user.max_user_namespaces at 0 in this user namespace another "
			"one could still be made");

	if (!set_limit(a, "1000\n", &v))
		return v;
	v = ask_in_child(a, make_one, NULL);
	if (v.outcome == OUTCOME_ERROR)
		return v;
	if (v.err)
		return answer_fail(
			"with the limit raised from 0 to 1000 no user namespace could be made: "
			"%s",
			strerror(v.err));
	return answer_pass(
		"inside a user namespace, user.max_user_namespaces=0 made the next "
		"unshare(2) ENOSPC; before, and with 1000, it succeeded");
}

const struct probe probe_ns_user_limit = {
	.about = "a user namespace can limit the namespaces made inside it",
	.how = "Sets the limit to 0 in a user namespace of its own: ENOSPC. Before, "
	       "and with the limit raised, the same call succeeds.",
	.man = "namespaces(7)",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "sandboxes that must not nest, hardened nodes (CIS, STIG)",
	.blocked_by = NS_USER_BLOCKED "; a read-only /proc/sys (EROFS)",
	.needs = PROBE_NEEDS_USERNS,
	.calls = CALLS(unshare, write),
	.ask = ask,
};
