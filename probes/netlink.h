/*
 * Questions over netlink: a socket, requests with their acknowledgements, network interfaces.
 * The kernel does what is asked before sendto(2) returns, so that nothing here waits. What it
 * says in words beside an errno (NLMSGERR_ATTR_MSG) goes into the verdict.
 */
#ifndef PLIMSOLL_NETLINK_H
#define PLIMSOLL_NETLINK_H

#include <libmnl/libmnl.h>
#include <stdint.h>

#include "answer.h"

struct nl {
	struct mnl_socket *sock;
	unsigned seq;     /* of the last request */
	unsigned err_seq; /* of the first that was refused; 0: none */
	const char *call; /* the system call that failed; NULL: the kernel has answered */
	char said[128];   /* the kernel's words to a refusal, or "" */
	char out[4096] __attribute__((aligned(8)));
};

#define _cleanup_nl_ _cleanup_(nl_close)
void nl_close(struct nl *nl);

/* A netlink socket of this protocol, zeroed before. 0, or -1 with *ret_refused. */
int nl_open(
	const struct ask *a, struct nl *nl, int protocol, struct verdict *ret_refused);

/* Begins a request in nl->out; `extra` bytes of zeroed header follow and are returned. */
struct nlmsghdr *nl_request(
	struct nl *nl, uint16_t type, uint16_t flags, size_t extra, void *ret_extra);

/* The generic netlink family of this name, as a message type; or -1 with *ret_refused. */
int nl_family(const struct ask *a, struct nl *nl, const char *name,
	struct verdict *ret_refused);

/*
 * Sends what is in nl->out (or `len` bytes of `data`: a batch) and hears all answers, the
 * messages among them through fn (or NULL). 0 or -errno, the first refusal.
 */
typedef void (*nl_fn)(const struct nlmsghdr *m, void *arg);
int nl_talk(struct nl *nl, nl_fn fn, void *arg);
int nl_send(struct nl *nl, const void *data, size_t len, nl_fn fn, void *arg);

/* The verdict to a refusal `err` (positive) of nl_talk(), with the kernel's words in it. */
struct verdict nl_refused(
	const struct ask *a, const struct nl *nl, const char *stage, int err);

/* A network interface to make. */
struct link_spec {
	const char *kind, *name;
	int over; /* the interface below (IFLA_LINK), or 0 */
	/* Puts what is in IFLA_INFO_DATA; or NULL. */
	void (*data)(struct nlmsghdr *m, const void *arg);
	const void *arg;
};

/* What the kernel tells of one. */
struct link {
	int index, over, master;
	unsigned flags; /* IFF_* */
	bool carrier;
	char kind[16];
	char data[1024]; /* the attributes in IFLA_INFO_DATA */
	size_t len;
};

/* These return 0, or -1 with *ret_refused. */

/* Makes it and reads it back: its kind and the interface below are as asked. */
int link_make(const struct ask *a, struct nl *nl, const struct link_spec *spec,
	struct link *ret_link, struct verdict *ret_refused);

/* The same, over an Ethernet interface that is made for it first: veth or what is there. */
int link_make_over(const struct ask *a, struct nl *nl, const struct link_spec *spec,
	struct link *ret_link, struct verdict *ret_refused);

/* Such an interface; the other end of a veth is called `name` and "x". Its index or -1. */
int link_ether(const struct ask *a, struct nl *nl, const char *name,
	struct verdict *ret_refused);

/*
 * The other end of a pair, as link_spec.arg for link_put_peer(). The attribute `type` in the
 * pair's data holds it: VETH_INFO_PEER.
 */
struct link_peer {
	const char *name;
	uint16_t type;
	int netns; /* where it is to be made; -1: here */
};
void link_put_peer(struct nlmsghdr *m, const void *arg);

/* A pair of kind veth or netkit, called `name` and that and "x"; `type` as in link_peer. */
int link_pair(const struct ask *a, struct nl *nl, const char *kind, const char *name,
	uint16_t type, struct link *ret_one, struct link *ret_other,
	struct verdict *ret_refused);

int link_get(const struct ask *a, struct nl *nl, int index, struct link *ret_link,
	struct verdict *ret_refused);
bool link_is_there(struct nl *nl, const char *name);
int link_up(const struct ask *a, struct nl *nl, int index, struct verdict *ret_refused);
int link_down(const struct ask *a, struct nl *nl, int index, struct verdict *ret_refused);

/* Puts it on a bridge or in a VRF (IFLA_MASTER). */
int link_enslave(const struct ask *a, struct nl *nl, int index, int master,
	struct verdict *ret_refused);

/* An attribute of link->data; false if there is none of that size. */
bool link_data(const struct link *link, uint16_t type, void *ret_value, size_t size);

/* An IPv4 address (host order) for an interface. */
int addr_add(const struct ask *a, struct nl *nl, int index, uint32_t addr, int prefix,
	struct verdict *ret_refused);

#endif
