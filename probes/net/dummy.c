/*
 * Can a dummy interface be made? (probes.md row 203.) kube-proxy in ipvs mode and node-local
 * DNS caches put the addresses of services on one.
 *
 * No socket can be bound to its address before it is there (EADDRNOTAVAIL, the control), and
 * one can afterwards. EOPNOTSUPP is a kernel that does not know the kind.
 */
#include <errno.h>
#include <linux/netlink.h>

#include "packet.h"

#define ADDRESS 0xcb007101 /* 203.0.113.1, RFC 5737: for documentation, nobody's */

static struct verdict ask(const struct ask *a)
{
	struct sockaddr_in sin = udp_addr(ADDRESS, PORT_DUMMY);
	struct link_spec spec = { "dummy", "pl_dummy" };
	_cleanup_nl_ struct nl nl = { 0 };
	struct link link;
	struct verdict v;

	/* Where no interface was ever up, any address may be bound: lo is, for the control. */
	if (lo_up(a, &v) < 0 || nl_open(a, &nl, NETLINK_ROUTE, &v) < 0 ||
		link_make(a, &nl, &spec, &link, &v) < 0)
		return v;
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return answer_refused(a, "socket(AF_INET)", errno);
	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin)) == 0 || errno != EADDRNOTAVAIL)
		return answer_error("bind", errno,
			"the control failed: an address that nobody has can be bound");
	if (addr_add(a, &nl, link.index, ADDRESS, 32, &v) < 0 ||
		link_up(a, &nl, link.index, &v) < 0)
		return v;
	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin)) < 0)
		return answer_fail(
			"no socket can be bound to the address of a dummy interface");
	return answer_pass(
		"a socket could be bound to the address that the interface was "
		"given, and not before (EADDRNOTAVAIL)");
}

const struct probe probe_net_dummy = {
	.about = "a dummy interface can hold the addresses of services",
	.how = "A dummy interface is made, given an address and set up. A socket is bound "
	       "to the address, which must fail before.",
	.man = "rtnetlink(7)",
	.kconfig = "CONFIG_DUMMY",
	.needed_by = "kube-proxy (ipvs mode), NodeLocal DNSCache, CNI dummy plugin",
	.blocked_by = "seccomp; a module that is not loaded (EOPNOTSUPP)",
	.modules = "rtnl-link-dummy",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
