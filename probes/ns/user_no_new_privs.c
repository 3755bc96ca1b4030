/*
 * Can a user namespace be made and used under no_new_privs? (probes.md row 57.)
 *
 * Kubernetes' allowPrivilegeEscalation: false and systemd's NoNewPrivileges= set it. It takes
 * away setuid programs and file capabilities, but not this, as capabilities in a namespace of
 * one's own are none outside: after the call the process is root there and can use one.
 */
#include <errno.h>
#include <sched.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "ns.h"

static struct verdict ask(const struct ask *a)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	struct verdict v;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return answer_refused(a, "prctl(no_new_privs)", errno);
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return answer_fail("no_new_privs was set, but is not on");
	if (ns_unshare(a, "user", CLONE_NEWUSER, &v) < 0 || map_self(a, uid, gid, &v) < 0)
		return v;
	if (geteuid() != 0)
		return answer_fail(
			"uid_map was accepted, but the process is uid %u", geteuid());
	if (prctl(PR_CAPBSET_DROP, CAP_SYS_BOOT) < 0)
		return answer_refused(a, "prctl(capbset_drop)", errno);
	return answer_pass("with no_new_privs on, a user namespace could be made and "
			   "mapped, and a capability used in it");
}

const struct probe probe_ns_user_no_new_privs = {
	.about = "a user namespace can be made under no_new_privs",
	.how = "Sets no_new_privs, makes and maps a user namespace, and uses a "
	       "capability in it.",
	.man = "user_namespaces(7)",
	.since = "3.8",
	.kconfig = "CONFIG_USER_NS",
	.needed_by =
		"Kubernetes allowPrivilegeEscalation: false, systemd NoNewPrivileges=",
	.blocked_by = NS_USER_BLOCKED,
	.calls = CALLS(unshare, write, prctl),
	.ask = ask,
};
