/* The questions about network interfaces that are the same for several kinds of them. */
#ifndef PLIMSOLL_INTERFACE_H
#define PLIMSOLL_INTERFACE_H

#include "netlink.h"

/*
 * Sets an interface up that was just made: it must be down before, which is the control, and
 * up after. 0, or -1 with *ret_refused.
 */
int link_comes_up(const struct ask *a, struct nl *nl, const struct link *link,
	struct verdict *ret_refused);

/*
 * Makes a pair of kind veth or netkit; `type` as in link_peer. The first end, set up while
 * the other is down, must have no carrier, and one as soon as the other is up.
 */
struct verdict link_ask_pair(
	const struct ask *a, const char *kind, const char *name, uint16_t type);

/* A tunnel between two IPv4 addresses: the attributes of its kind that hold them. */
struct ip_tunnel {
	const char *kind, *name;
	uint16_t local, remote;
};

/* Makes it: the address that it leads to is read back, and it must come up. */
struct verdict link_ask_ip_tunnel(const struct ask *a, const struct ip_tunnel *t);

/* A tunnel in UDP: its port, its number and the attributes of its kind for them. */
struct udp_tunnel {
	const char *kind, *name;
	uint16_t port;
	uint32_t number;
	uint16_t number_attr, remote_attr, port_attr;
};

/*
 * Makes it: its number is read back, and setting it up must take the UDP port, which could be
 * bound before.
 */
struct verdict link_ask_udp_tunnel(const struct ask *a, const struct udp_tunnel *t);

#endif
