/* Packets that a question sends to itself, over the loopback interface of its own namespace. */
#ifndef PLIMSOLL_PACKET_H
#define PLIMSOLL_PACKET_H

#include <netinet/in.h>

#include "netlink.h"

#define LO_INDEX 1 /* the loopback interface of every network namespace */

/*
 * The ports of the questions. Rules for a port stay behind in a namespace that questions
 * share, so that each has its own; all are outside of what the kernel gives out by itself.
 */
enum {
	PORT_LO_UP = 20001,
	PORT_VETH_MOVE,
	PORT_DUMMY,
	PORT_VXLAN,
	PORT_GENEVE,
	PORT_TUN,
	PORT_TAP,
	PORT_NFTABLES,
	PORT_NFT_CT,
	PORT_NFT_NAT,
	PORT_NFT_NAT_TO,
	PORT_NFT_MASQ,
	PORT_XT_COMMENT,
	PORT_XT_CONNTRACK,
	PORT_XT_ADDRTYPE,
	PORT_XT_MASQUERADE,
	PORT_XT_MULTIPORT,
	PORT_XT_MARK,
	PORT_XT_STATISTIC,
	PORT_XT_RECENT,
	PORT_CLS_BPF,
	PORT_CLS_BPF_PASSED,
	PORT_TCX,
	PORT_IPV6,
	PORT_UNPRIVILEGED,
};

/* An IPv4 address in host order, as a socket address. */
struct sockaddr_in udp_addr(uint32_t addr, uint16_t port);

/* Sets lo up, if it is not. 0, or -1 with *ret_refused. */
int lo_up(const struct ask *a, struct verdict *ret_refused);

/* A UDP socket bound there, that never blocks; or -1 with *ret_refused. */
int udp_bound(
	const struct ask *a, uint32_t addr, uint16_t port, struct verdict *ret_refused);

/* lo up, and a UDP socket on 127.0.0.1. */
int udp_on_lo(const struct ask *a, uint16_t port, struct verdict *ret_refused);

/* From a socket to an address; 0 or -errno. */
int udp_send(int fd, uint32_t addr, uint16_t port);

/* Was sending refused by a policy (a program on the cgroup, an LSM)? Then *ret_refused says so. */
bool udp_denied(const struct ask *a, int r, struct verdict *ret_refused);

/* Has a packet come? Those over lo are there at once: only where none comes is it waited.
 * Where from is in *ret_from (or NULL). */
bool udp_arrived(int fd, struct sockaddr_in *ret_from);

#endif
