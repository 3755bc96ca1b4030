/*
 * Is setgroups(2) refused where it was given up? (probes.md row 52.)
 *
 * It is why images whose programs call setgroups(2) (apt, sshd, su) break in a rootless
 * container with a single id, and why a group that closes a file stays. EPERM is the answer
 * though the process has CAP_SETGID there. The control, where the asker may map groups from
 * outside: in a namespace that did not give it up the same call succeeds. Without that, under
 * a seccomp filter, nothing tells its EPERM from the kernel's.
 */
#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <sys/capability.h>
#include <unistd.h>

#include "ns.h"

/* In a child: where it was not given up. */
static struct verdict ask_allowed(const struct ask *a, void *arg)
{
	if (setns(*(int *)arg, CLONE_NEWUSER) < 0)
		return answer_refused(a, "setns(user)", errno);
	if (setgroups(0, NULL) < 0)
		return answer_refused(a, "setgroups", errno);
	return answer_pass("accepted");
}

/* 1: the control held, 0: it cannot be asked here, -1 with *ret_refused. */
static int control(const struct ask *a, struct verdict *ret_refused)
{
	char uids[32], gids[32], state[16];

	if (!env_has_cap(a->env, CAP_SETGID) ||
		env_file(a->env, "/proc/self/setgroups", state, sizeof(state)) < 0 ||
		state[0] != 'a')
		return 0;
	snprintf(uids, sizeof(uids), "0 %u 1", geteuid());
	snprintf(gids, sizeof(gids), "0 %u 1", getegid());
	_cleanup_close_ int ns = ask_userns(a, uids, gids, ret_refused);
	if (ns < 0)
		return -1;
	*ret_refused = ask_in_child(a, ask_allowed, &ns);
	return ret_refused->outcome == OUTCOME_PASS ? 1 : -1;
}

static struct verdict ask(const struct ask *a)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	struct verdict v;
	struct env inside;

	int controlled = control(a, &v);
	if (controlled < 0 || ns_unshare(a, "user", CLONE_NEWUSER, &v) < 0 ||
		map_self(a, uid, gid, &v) < 0)
		return v;
	if (env_read(&inside, a->env->prefix) < 0 || !env_has_cap(&inside, CAP_SETGID))
		return answer_fail("the process has no CAP_SETGID in its user namespace");
	if (setgroups(0, NULL) == 0)
		return answer_fail(
			"setgroups(2) succeeded in a user namespace that has given it up");
	if (errno != EPERM)
		return answer_refused(a, "setgroups", errno);
	if (!controlled && a->env->seccomp == 2)
		return answer_denied("unproven",
			"unproven: whether the kernel or the seccomp filter of this process "
			"refuses setgroups(2)",
			"ask without a seccomp filter, or as root",
			"setgroups: EPERM, as it should be");
	return answer_pass("setgroups(2) is EPERM where it was given up, in spite of "
			   "CAP_SETGID%s",
		controlled ? "; in a user namespace that did not it succeeded" : "");
}

const struct probe probe_ns_setgroups_denied = {
	.about = "groups cannot be dropped in a user namespace that gave up setgroups",
	.how = "Calls setgroups(2) after \"deny\": EPERM in spite of CAP_SETGID. Root "
	       "also calls it in a namespace that did not deny it, where it must "
	       "succeed.",
	.man = "user_namespaces(7)",
	.since = "3.19",
	.kconfig = "CONFIG_USER_NS CONFIG_MULTIUSER",
	.needed_by = "hosts that close files to a group; images that call setgroups",
	.blocked_by = NS_USER_BLOCKED,
	.calls = CALLS(unshare, write, setgroups),
	.ask = ask,
};
