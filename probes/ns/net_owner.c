/*
 * Does a network namespace made in a user namespace belong to it? (probes.md rows 59, 197.)
 *
 * KEP-127 and the OCI pair of user and network namespace stand on this: only the owner may
 * configure the network, mount sysfs and set its sysctls. NS_GET_USERNS of the new network
 * namespace has to be one's own user namespace, by device and inode; the control is the
 * network namespace from before, which belongs to another.
 */
#include <errno.h>
#include <sched.h>

#include "ns.h"
#include "uapi/nsfs.h"

static struct verdict ask(const struct ask *a)
{
	_cleanup_close_ int user = ns_open(a->env, "user");
	if (user < 0)
		return answer_refused(a, "open(ns/user)", -user);
	_cleanup_close_ int before = ns_open(a->env, "net");
	if (before == -ENOENT)
		return answer_absent(
			"there is no /proc/self/ns/net: this kernel has no network "
			"namespaces");
	if (before < 0)
		return answer_refused(a, "open(ns/net)", -before);
	if (unshare(CLONE_NEWNET) < 0)
		return answer_refused(a, "unshare(net)", errno);
	_cleanup_close_ int net = ns_open(a->env, "net");
	if (net < 0)
		return answer_refused(a, "open(ns/net)", -net);

	_cleanup_close_ int owner = ioctl(net, NS_GET_USERNS);
	if (owner < 0)
		return answer_refused(a, "ioctl(NS_GET_USERNS)", errno);
	if (ns_same(net, before) || !ns_same(owner, user))
		return answer_fail(
			"a network namespace made in a user namespace is not owned by it");
	_cleanup_close_ int other = ioctl(before, NS_GET_USERNS);
	if (other < 0 ? errno != EPERM : ns_same(other, user))
		return answer_fail(
			"the network namespace from before the user namespace is said to "
			"be owned by it too");
	return answer_pass(
		"NS_GET_USERNS of a network namespace made here is this user namespace; "
		"of the one from before it is not (EPERM)");
}

const struct probe probe_ns_net_owner = {
	.about = "a network namespace belongs to the user namespace it is made in",
	.how = "Asks for the owner of a network namespace made here, which must be "
	       "this user namespace, and of the one from before, which must not.",
	.man = "ioctl_ns(2)",
	.since = "4.9",
	.kconfig = "CONFIG_NET_NS",
	.needed_by = "runc, crun, containerd, KEP-127",
	.blocked_by = NS_USER_BLOCKED "; user.max_net_namespaces=0 (ENOSPC)",
	.needs = PROBE_NEEDS_USERNS,
	.calls = CALLS(ioctl, unshare),
	.ask = ask,
};
