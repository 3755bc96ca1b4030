/*
 * Can the owner of a network namespace set its loopback interface up? (probes.md row 199.)
 * Every container needs it, and it is the first thing a runtime does there.
 *
 * A packet sent to 127.0.0.1 while lo is down must not arrive (the control): in a new
 * namespace it is ENETUNREACH, and where lo was up before it is lost. One that is sent once lo
 * is up must arrive, and must be the first that does.
 */
#include <errno.h>
#include <linux/netlink.h>

#include "packet.h"

static struct verdict ask(const struct ask *a)
{
	_cleanup_nl_ struct nl nl = { 0 };
	struct sockaddr_in from;
	struct verdict v;

	if (nl_open(a, &nl, NETLINK_ROUTE, &v) < 0 || link_down(a, &nl, LO_INDEX, &v) < 0)
		return v;
	_cleanup_close_ int early = udp_bound(a, INADDR_ANY, 0, &v);
	_cleanup_close_ int fd =
		early < 0 ? -1 : udp_bound(a, INADDR_ANY, PORT_LO_UP, &v);
	if (fd < 0)
		return v;
	int before = udp_send(early, INADDR_LOOPBACK, PORT_LO_UP);
	if (before < 0 && before != -ENETUNREACH)
		return answer_refused(a, "sendto(udp)", -before);
	if (link_up(a, &nl, LO_INDEX, &v) < 0)
		return v;
	int r = udp_send(fd, INADDR_LOOPBACK, PORT_LO_UP);
	if (udp_denied(a, r, &v))
		return v;
	if (r < 0 || !udp_arrived(fd, &from))
		return answer_fail("lo was set up without an error, but no packet comes "
				   "through it");
	if (from.sin_port != htons(PORT_LO_UP))
		return answer_fail("a packet that was sent while lo was down arrived");
	return answer_pass(
		"a packet sent to 127.0.0.1 arrived; one that was sent while lo was "
		"down did not%s",
		before ? " (ENETUNREACH)" : "");
}

const struct probe probe_net_lo_up = {
	.about =
		"the loopback interface of a network namespace of one's own can be set up",
	.how = "RTM_SETLINK on lo, then a UDP packet to 127.0.0.1. The control is that one "
	       "sent while lo is down does not arrive.",
	.man = "rtnetlink(7)",
	.since = "3.8",
	.kconfig = "CONFIG_NET_NS",
	.needed_by = "every runtime; CNI loopback plugin, bubblewrap",
	.blocked_by = "seccomp; systemd RestrictAddressFamilies= without AF_NETLINK; "
		      "user.max_net_namespaces=0 (ENOSPC); AppArmor (userns restriction)",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
