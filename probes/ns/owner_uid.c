/*
 * Does NS_GET_OWNER_UID say who made a user namespace? (probes.md row 60.)
 *
 * Asked twice of one namespace, from two sides. From outside its owner is the asker's uid;
 * from inside, where that uid is mapped to another number, it has to be that number. A kernel
 * that answered a constant, or did not translate, could not say both.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "ns.h"
#include "uapi/nsfs.h"

#define INSIDE 4711

/* In a child: joins the namespace; its owner as seen there comes back in v.err. */
static struct verdict ask_inside(const struct ask *a, void *arg)
{
	int ns = *(int *)arg;
	uid_t owner = -1;

	if (setns(ns, CLONE_NEWUSER) < 0)
		return answer_refused(a, "setns(user)", errno);
	if (ioctl(ns, NS_GET_OWNER_UID, &owner) < 0)
		return answer_refused(a, "ioctl(NS_GET_OWNER_UID)", errno);
	if (owner != INSIDE)
		return answer_fail(
			"seen from inside a user namespace, NS_GET_OWNER_UID says %u for "
			"the owner, who is mapped to %u there",
			owner, INSIDE);
	return answer_pass(
		"the owner of a user namespace is the uid that made it, and from inside "
		"the uid that this is mapped to (%u)",
		owner);
}

static struct verdict ask(const struct ask *a)
{
	uid_t owner = -1, uid = geteuid();
	struct verdict v;
	char map[32];

	snprintf(map, sizeof(map), "%u %u 1", INSIDE, uid);
	_cleanup_close_ int ns = ask_userns(a, map, NULL, &v);
	if (ns < 0)
		return v;
	if (ioctl(ns, NS_GET_OWNER_UID, &owner) < 0)
		return answer_refused(a, "ioctl(NS_GET_OWNER_UID)", errno);
	if (owner != uid)
		return answer_fail(
			"NS_GET_OWNER_UID says %u for a user namespace made by uid %u",
			owner, uid);
	return ask_in_child(a, ask_inside, &ns);
}

const struct probe probe_ns_owner_uid = {
	.about = "NS_GET_OWNER_UID says who owns a user namespace",
	.how = "Asks for the owner of a user namespace from outside and from inside, "
	       "where it must be the id that it is mapped to.",
	.man = "ioctl_ns(2)",
	.since = "4.11",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "lsns, containerd",
	.blocked_by = NS_USER_BLOCKED,
	.calls = CALLS(ioctl),
	.ask = ask,
};
