/*
 * Can group ids be mapped without privilege, once setgroups(2) is given up? (probes.md row 51.)
 *
 * Who could drop a group could get past a file that is closed to that group. So gid_map is
 * EPERM until "deny" was written to /proc/self/setgroups: that is the control, in the same
 * namespace. Then it is accepted, the process is gid 0 there, and "allow" is EPERM for good.
 * In a namespace where it was given up already a child is born so, and there is no before.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ns.h"

#define SETGROUPS "/proc/self/setgroups"

static struct verdict ask(const struct ask *a)
{
	char map[32], state[16];
	struct verdict v;
	gid_t gid = getegid();

	if (ns_unshare(a, "user", CLONE_NEWUSER, &v) < 0)
		return v;
	ssize_t n = env_file(a->env, SETGROUPS, state, sizeof(state));
	if (n < 0)
		return answer_refused(a, "open(setgroups)", -n);
	snprintf(map, sizeof(map), "0 %u 1", gid);
	bool denied = !strcmp(state, "deny");
	int r = denied ? -EPERM : write_file(AT_FDCWD, "/proc/self/gid_map", map);
	if (r == 0)
		return answer_fail("gid_map was accepted while setgroups was allowed");
	if (r != -EPERM)
		return answer_refused(a, "write(gid_map)", -r);
	if ((r = write_file(AT_FDCWD, SETGROUPS, "deny")) < 0)
		return answer_refused(a, "write(setgroups)", -r);
	if ((r = write_file(AT_FDCWD, "/proc/self/gid_map", map)) < 0)
		return answer_refused(a, "write(gid_map)", -r);
	if (getegid() != 0)
		return answer_fail(
			"\"%s\" was accepted as gid_map, but the process is gid %u", map,
			getegid());
	r = write_file(AT_FDCWD, SETGROUPS, "allow");
	if (r != -EPERM)
		return r == 0 ? answer_fail("setgroups could be allowed again")
			      : answer_refused(a, "write(setgroups)", -r);
	return answer_pass(
		"after \"deny\" in /proc/self/setgroups the own gid could be mapped%s; "
		"\"allow\" is EPERM from then on",
		denied ? " (it was given up in an outer namespace already)"
		       : ", before it was EPERM");
}

const struct probe probe_ns_gid_map_deny = {
	.about = "anyone can map their own group into a user namespace by giving up "
		 "setgroups",
	.how = "Writes gid_map before and after \"deny\" was written to "
	       "/proc/self/setgroups: EPERM and then accepted.",
	.man = "user_namespaces(7)",
	.since = "3.19",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "rootless podman, bubblewrap, unshare, runc, crun",
	.blocked_by = NS_USER_BLOCKED,
	.calls = CALLS(unshare, write),
	.ask = ask,
};
