/*
 * Does NS_GET_PARENT name the user namespace around another? (probes.md row 59.)
 *
 * With it a runtime proves that a namespace it was given is a child of its own. The parent of
 * a child namespace has to be the asker's own one, by device and inode; the control is the
 * child itself, which is another. At the boundary the kernel must say EPERM: the parent of
 * the asker's own namespace is not the asker's to see.
 */
#include <errno.h>

#include "ask.h"
#include "ns.h"
#include "uapi/nsfs.h"

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	_cleanup_close_ int own = ns_open(a->env, "user");
	if (own < 0)
		return answer_refused(a, "open(ns/user)", -own);
	_cleanup_close_ int child = ask_userns(a, "0 0 1", NULL, &v);
	if (child < 0)
		return v;

	_cleanup_close_ int parent = ioctl(child, NS_GET_PARENT);
	if (parent < 0)
		return answer_refused(a, "ioctl(NS_GET_PARENT)", errno);
	if (ns_same(child, own) || !ns_same(parent, own))
		return answer_fail(
			"NS_GET_PARENT of a child user namespace is not the namespace it "
			"was made in");
	_cleanup_close_ int beyond = ioctl(own, NS_GET_PARENT);
	if (beyond >= 0)
		return answer_fail(
			"NS_GET_PARENT let a user namespace see the one around it");
	if (errno != EPERM)
		return answer_refused(a, "ioctl(NS_GET_PARENT)", errno);
	return answer_pass(
		"the parent of a child user namespace is one's own (same inode); the "
		"parent of one's own is EPERM");
}

const struct probe probe_ns_parent = {
	.about = "NS_GET_PARENT names the parent of a user namespace",
	.how = "Asks for the parent of a child user namespace, which must be one's "
	       "own, and of one's own, which must be EPERM.",
	.man = "ioctl_ns(2)",
	.since = "4.9",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "lsns, containerd, CRIU",
	.blocked_by = NS_USER_BLOCKED,
	.needs = PROBE_NEEDS_USERNS,
	.calls = CALLS(ioctl),
	.ask = ask,
};
