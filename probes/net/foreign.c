/*
 * Is a network namespace safe from those who do not own it? (probes.md rows 59 and 198.)
 *
 * A contract: in a user namespace of one's own one is root, and yet may neither configure the
 * network that was there before (RTM_SETLINK that changes nothing) nor come back to it
 * (setns), as it belongs to another user namespace: EPERM for both. The control is the same
 * request and the same call for a network namespace of one's own, which must be accepted.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sched.h>

#include "ns.h"
#include "packet.h"

/* Asks for the privilege to configure lo, and for nothing to be done. 0 or -errno. */
static int touch_lo(struct nl *nl)
{
	struct ifinfomsg *info;

	nl_request(nl, RTM_SETLINK, 0, sizeof(*info), &info);
	info->ifi_index = LO_INDEX;
	return nl_talk(nl, NULL, NULL);
}

static struct verdict ask_own(const struct ask *a, int foreign)
{
	_cleanup_nl_ struct nl nl = { 0 };
	struct verdict v;

	if (unshare(CLONE_NEWNET) < 0)
		return answer_refused(a, "unshare(net)", errno);
	_cleanup_close_ int own = ns_open(a->env, "net");
	if (own < 0)
		return answer_refused(a, "open(ns/net)", -own);
	if (nl_open(a, &nl, NETLINK_ROUTE, &v) < 0)
		return v;
	int r = touch_lo(&nl);
	if (r < 0)
		return nl_refused(a, &nl, "RTM_SETLINK(own)", -r);
	if (setns(own, CLONE_NEWNET) < 0)
		return answer_refused(a, "setns(own)", errno);
	if (setns(foreign, CLONE_NEWNET) == 0)
		return answer_fail("a network namespace that belongs to another user "
				   "namespace could be joined");
	if (errno != EPERM)
		return answer_refused(a, "setns(foreign)", errno);
	return answer_pass(
		"joining or configuring another's network namespace was EPERM, while "
		"both were accepted for one's own");
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_nl_ struct nl nl = { 0 };
	struct verdict v;

	_cleanup_close_ int foreign = ns_open(a->env, "net");
	if (foreign < 0)
		return answer_refused(a, "open(ns/net)", -foreign);
	if (nl_open(a, &nl, NETLINK_ROUTE, &v) < 0)
		return v;
	int r = touch_lo(&nl);
	if (r == 0)
		return answer_fail(
			"the network could be configured in a user namespace that "
			"does not own it");
	if (r != -EPERM)
		return nl_refused(a, &nl, "RTM_SETLINK(foreign)", -r);
	return ask_own(a, foreign);
}

const struct probe probe_net_foreign = {
	.about =
		"root in a user namespace cannot touch or join a network that is not its own",
	.how = "In a user namespace, RTM_SETLINK and setns on the network namespace from "
	       "before must be EPERM. The control is that both are accepted for one made "
	       "there.",
	.man = "user_namespaces(7)",
	.since = "3.8",
	.kconfig = "CONFIG_NET_NS CONFIG_USER_NS",
	.needed_by = "KEP-127 with hostNetwork, CNI, rootless podman",
	.blocked_by = "seccomp; user.max_net_namespaces (ENOSPC)",
	.needs = PROBE_NEEDS_USERNS,
	.calls = CALLS(setns, socket, sendto, unshare),
	.ask = ask,
};
