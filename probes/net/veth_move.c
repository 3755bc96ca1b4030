/*
 * Can one end of a veth pair be put into another network namespace? (probes.md row 200.) This
 * is what connects a container: one end is the host's, one the container's.
 *
 * Both namespaces are the asker's own. The pair is made with IFLA_NET_NS_FD for the other end:
 * that must be in the second namespace and not in the first, and a packet must arrive there.
 * It is a broadcast, as an address resolution may have to wait for a second. Moving an end
 * later asks for the same privileges; but the kernel takes some 20 ms for it. EPERM is a
 * namespace that the asker does not own.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>

#include "ns.h"
#include "packet.h"

#define HERE  0xc6336401 /* 198.51.100.1, RFC 5737: for documentation, nobody's */
#define THERE 0xc6336402
#define ALL   0xc63364ff
#define OTHER "pl_movex"

/* A second namespace, and a netlink socket of its own in it. Its descriptor, or -1. */
static int second(const struct ask *a, struct nl *nl, struct verdict *ret_refused)
{
	if (unshare(CLONE_NEWNET) < 0) {
		*ret_refused = answer_refused(a, "unshare(net)", errno);
		return -1;
	}
	if (nl_open(a, nl, NETLINK_ROUTE, ret_refused) < 0)
		return -1;
	int fd = ns_open(a->env, "net");
	if (fd < 0)
		*ret_refused = answer_refused(a, "open(ns/net)", -fd);
	return fd;
}

/* Sets the end up that is there. 0, or -1 with *ret_refused. */
static int use_end(const struct ask *a, struct nl *here, struct nl *there,
	struct verdict *ret_refused)
{
	int index = if_nametoindex(OTHER);

	if (!index || link_is_there(here, OTHER)) {
		*ret_refused = answer_fail("the other end of the veth pair is not in the "
					   "namespace that it was asked for");
		return -1;
	}
	return addr_add(a, there, index, THERE, 24, ret_refused) < 0
		? -1
		: link_up(a, there, index, ret_refused);
}

static struct verdict ask(const struct ask *a)
{
	struct link_peer peer = { OTHER, VETH_INFO_PEER, -1 };
	struct link_spec spec = { "veth", "pl_move", .data = link_put_peer,
		.arg = &peer };
	_cleanup_nl_ struct nl here = { 0 }, there = { 0 };
	struct link one;
	struct verdict v;

	_cleanup_close_ int sender = udp_bound(a, INADDR_ANY, PORT_VETH_MOVE, &v);
	if (sender < 0 || nl_open(a, &here, NETLINK_ROUTE, &v) < 0)
		return v;
	_cleanup_close_ int ns = second(a, &there, &v);
	peer.netns = ns;
	if (ns < 0 || link_make(a, &here, &spec, &one, &v) < 0 ||
		addr_add(a, &here, one.index, HERE, 24, &v) < 0 ||
		use_end(a, &here, &there, &v) < 0)
		return v;
	_cleanup_close_ int receiver = udp_bound(a, INADDR_ANY, PORT_VETH_MOVE, &v);
	/* Last, and so with a carrier at once: else it sends only when that has been noticed. */
	if (receiver < 0 || link_up(a, &here, one.index, &v) < 0)
		return v;
	int r = udp_send(sender, ALL, PORT_VETH_MOVE);
	if (udp_denied(a, r, &v))
		return v;
	if (r < 0 || !udp_arrived(receiver, NULL))
		return answer_fail(
			"a packet sent from one end's namespace does not arrive in "
			"the other's");
	return answer_pass(
		"the other end was in the second namespace alone, and a packet sent "
		"from the first one arrived there");
}

const struct probe probe_net_veth_move = {
	.about =
		"one end of a virtual Ethernet pair can be put into another network namespace",
	.how = "A veth pair is made with IFLA_NET_NS_FD for its other end, and a packet is "
	       "sent through it. The end must be in the other namespace, and not in the "
	       "first.",
	.man = "veth(4)",
	.since = "3.8",
	.kconfig = "CONFIG_VETH CONFIG_NET_NS",
	.needed_by = "CNI plugins, docker, netavark, LXC",
	.blocked_by =
		"seccomp; user.max_net_namespaces (ENOSPC); a module that is not loaded "
		"(EOPNOTSUPP)",
	.modules = "rtnl-link-veth",
	.needs = PROBE_NEEDS_NETNS,
	.calls = CALLS(socket, sendto, unshare),
	.ask = ask,
};
