/*
 * Can a geneve tunnel be made? (probes.md row 203.) Some
 * networks between nodes are made of it.
 *
 * Its number is read back, and setting it up must take its UDP port: the same port could be
 * bound before (the control) and is EADDRINUSE afterwards. EOPNOTSUPP is a kernel that does
 * not know the kind, or has not its module.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/netlink.h>

#include "packet.h"

#define ID     1043
#define REMOTE 0xc6336409 /* 198.51.100.9, RFC 5737: for documentation, nobody's */

static void put_tunnel(struct nlmsghdr *m, const void *arg)
{
	mnl_attr_put_u32(m, IFLA_GENEVE_ID, ID);
	mnl_attr_put_u32(m, IFLA_GENEVE_REMOTE, htonl(REMOTE));
	mnl_attr_put_u16(m, IFLA_GENEVE_PORT, htons(PORT_GENEVE));
}

/* May the port be bound? 0 or a positive errno. */
static int try_port(void)
{
	struct sockaddr_in sin = udp_addr(INADDR_ANY, PORT_GENEVE);

	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return fd < 0 || bind(fd, (struct sockaddr *)&sin, sizeof(sin)) < 0 ? errno : 0;
}

static struct verdict ask(const struct ask *a)
{
	struct link_spec spec = { "geneve", "pl_geneve", .data = put_tunnel };
	_cleanup_nl_ struct nl nl = { 0 };
	struct link link;
	struct verdict v;
	uint32_t id;

	if (nl_open(a, &nl, NETLINK_ROUTE, &v) < 0 ||
		link_make(a, &nl, &spec, &link, &v) < 0)
		return v;
	if (!link_data(&link, IFLA_GENEVE_ID, &id, sizeof(id)) || id != ID)
		return answer_fail(
			"a geneve number %d was asked for, and another made", ID);
	int before = try_port();
	if (before)
		return answer_refused(a, "bind", before);
	if (link_up(a, &nl, link.index, &v) < 0)
		return v;
	if (try_port() != EADDRINUSE)
		return answer_fail("the tunnel is up, but does not use its UDP port");
	return answer_pass(
		"geneve number %d is there, and took its UDP port when it was set up",
		ID);
}

const struct probe probe_net_geneve = {
	.about = "pods of several nodes can be connected by a GENEVE tunnel",
	.how = "The tunnel is made in a network namespace of one's own, read back and set "
	       "up. Its UDP port could be bound before, and cannot be afterwards.",
	.man = "rtnetlink(7)",
	.kconfig = "CONFIG_GENEVE",
	.needed_by = "cilium, antrea, OVN-Kubernetes",
	.blocked_by = "seccomp; a module that is not loaded (EOPNOTSUPP)",
	.modules = "rtnl-link-geneve",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
