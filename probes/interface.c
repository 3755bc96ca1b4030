#include <arpa/inet.h>
#include <errno.h>
#include <linux/if.h>
#include <linux/netlink.h>

#include "interface.h"
#include "packet.h"

/* RFC 5737: for documentation, nobody's. */
#define UDP_REMOTE 0xc6336409 /* 198.51.100.9 */
#define IP_LOCAL   0xc6336411 /* 198.51.100.17 */
#define IP_REMOTE  0xc6336412

int link_comes_up(const struct ask *a, struct nl *nl, const struct link *link,
	struct verdict *ret_refused)
{
	struct link after;

	if (link_up(a, nl, link->index, ret_refused) < 0 ||
		link_get(a, nl, link->index, &after, ret_refused) < 0)
		return -1;
	if (!(link->flags & IFF_UP) && (after.flags & IFF_UP))
		return 0;
	*ret_refused =
		answer_fail("the interface was set up without an error, and is not");
	return -1;
}

struct verdict link_ask_pair(
	const struct ask *a, const char *kind, const char *name, uint16_t type)
{
	_cleanup_nl_ struct nl nl = { 0 };
	struct link one, other, before, after;
	struct verdict v;

	if (nl_open(a, &nl, NETLINK_ROUTE, &v) < 0 ||
		link_pair(a, &nl, kind, name, type, &one, &other, &v) < 0 ||
		link_up(a, &nl, one.index, &v) < 0 ||
		link_get(a, &nl, one.index, &before, &v) < 0 ||
		link_up(a, &nl, other.index, &v) < 0 ||
		link_get(a, &nl, one.index, &after, &v) < 0)
		return v;
	if (before.carrier || !after.carrier)
		return answer_fail("one end of a %s pair %s", kind,
			before.carrier ? "has a carrier while the other is down"
				       : "has no carrier although the other is up");
	return answer_pass(
		"both ends are there, and one had a carrier as soon as the other "
		"was up, not before");
}

static void put_ip_tunnel(struct nlmsghdr *m, const void *arg)
{
	const struct ip_tunnel *t = arg;

	mnl_attr_put_u32(m, t->local, htonl(IP_LOCAL));
	mnl_attr_put_u32(m, t->remote, htonl(IP_REMOTE));
}

struct verdict link_ask_ip_tunnel(const struct ask *a, const struct ip_tunnel *t)
{
	struct link_spec spec = { t->kind, t->name, .data = put_ip_tunnel, .arg = t };
	_cleanup_nl_ struct nl nl = { 0 };
	struct link link;
	struct verdict v;
	uint32_t remote;

	if (nl_open(a, &nl, NETLINK_ROUTE, &v) < 0 ||
		link_make(a, &nl, &spec, &link, &v) < 0)
		return v;
	if (!link_data(&link, t->remote, &remote, sizeof(remote)) ||
		remote != htonl(IP_REMOTE))
		return answer_fail(
			"the tunnel leads to another address than was asked for");
	if (link_comes_up(a, &nl, &link, &v) < 0)
		return v;
	return answer_pass(
		"a %s tunnel is there with the address it was asked to lead to, and came up",
		t->kind);
}

static void put_udp_tunnel(struct nlmsghdr *m, const void *arg)
{
	const struct udp_tunnel *t = arg;

	mnl_attr_put_u32(m, t->number_attr, t->number);
	mnl_attr_put_u32(m, t->remote_attr, htonl(UDP_REMOTE));
	mnl_attr_put_u16(m, t->port_attr, htons(t->port));
}

/* May the port be bound? 0 or a positive errno. */
static int try_port(uint16_t port)
{
	struct sockaddr_in sin = udp_addr(INADDR_ANY, port);

	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return fd < 0 || bind(fd, (struct sockaddr *)&sin, sizeof(sin)) < 0 ? errno : 0;
}

struct verdict link_ask_udp_tunnel(const struct ask *a, const struct udp_tunnel *t)
{
	struct link_spec spec = { t->kind, t->name, .data = put_udp_tunnel, .arg = t };
	_cleanup_nl_ struct nl nl = { 0 };
	struct link link;
	struct verdict v;
	uint32_t number;

	if (nl_open(a, &nl, NETLINK_ROUTE, &v) < 0 ||
		link_make(a, &nl, &spec, &link, &v) < 0)
		return v;
	if (!link_data(&link, t->number_attr, &number, sizeof(number)) ||
		number != t->number)
		return answer_fail("a %s number %u was asked for, and another made",
			t->kind, t->number);
	int before = try_port(t->port);
	if (before)
		return answer_refused(a, "bind", before);
	if (link_up(a, &nl, link.index, &v) < 0)
		return v;
	if (try_port(t->port) != EADDRINUSE)
		return answer_fail("the tunnel is up, but does not use its UDP port");
	return answer_pass(
		"%s number %u is there, and took its UDP port when it was set up",
		t->kind, t->number);
}
