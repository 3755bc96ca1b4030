/*
 * Is a new user namespace of any use: can ids be mapped, and do its capabilities work?
 * (probes.md rows 48, 50 and 51.)
 *
 * Ubuntu's AppArmor lets unshare(2) succeed and then denies the namespace every capability,
 * so that writing uid_map is EPERM; a probe that stops at unshare(2) blesses such a host. The
 * effect of the map: the process, which had an unmapped id, is uid 0 and gid 0. A capability
 * is then used, to give another one up, which takes no more than the namespace itself.
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

	if (unshare(CLONE_NEWUSER) < 0)
		return answer_refused(a, "unshare(user)", errno);
	if (geteuid() == 0)
		return answer_fail(
			"in a user namespace without a map the process is uid 0 already");
	if (map_self(a, uid, gid, &v) < 0)
		return v;
	if (geteuid() != 0 || getegid() != 0)
		return answer_fail(
			"uid_map and gid_map were accepted, but the process is %u:%u and "
			"not 0:0",
			geteuid(), getegid());
	if (prctl(PR_CAPBSET_DROP, CAP_SYS_BOOT) < 0)
		return answer_refused(a, "prctl(capbset_drop)", errno);
	return answer_pass(
		"after \"0 %u 1\" was written to uid_map the process, which was an "
		"unmapped id before, is root in its namespace and can use a capability",
		uid);
}

const struct probe probe_ns_user_map = {
	.about = "a user namespace of the asker's can be given ids and used",
	.how = "Maps the asker's own ids from inside: the process must be uid 0 and "
	       "gid 0 there and able to use a capability.",
	.man = "user_namespaces(7)",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "rootless containers, bubblewrap, Chromium, KEP-127",
	.blocked_by = NS_USER_BLOCKED
	"; AppArmor lets the namespace be made and refuses uid_map (EPERM)",
	.calls = CALLS(unshare, write, prctl),
	.ask = ask,
};
