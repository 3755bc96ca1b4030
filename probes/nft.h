/*
 * Questions about nf_tables: a table with one base chain and one rule, in one batch, for the
 * UDP packets to one port. What is asked about is one expression of that rule. Where the rule
 * is refused, the same rule without that expression is the control.
 */
#ifndef PLIMSOLL_NFT_H
#define PLIMSOLL_NFT_H

#include <netinet/in.h>

#include <linux/netfilter.h>

#include "packet.h"

struct nft_rule {
	const char *table; /* of family ip; nobody else's */
	const char *type;  /* of the chain: "filter", "nat" */
	unsigned hook;     /* NF_INET_* */
	int priority;
	uint16_t port; /* the rule is for UDP packets to it */
	bool drop;     /* at its end: drop the packet */
	/* What is asked about: puts expressions into the rule; and what it is called. */
	void (*put)(struct nlmsghdr *m, const void *arg);
	const void *arg;
	const char *name;
};

/* For put(): an expression's begin and end, the numbers in it. */
struct nft_expr {
	struct nlattr *elem, *data;
};
struct nft_expr nft_expr_start(struct nlmsghdr *m, const char *name);
void nft_expr_end(struct nlmsghdr *m, struct nft_expr e);
void nft_put_u32(struct nlmsghdr *m, uint16_t type, uint32_t value);

/* Is what is in register 1 this? And: put this into register `reg`. */
void nft_cmp(struct nlmsghdr *m, const void *value, size_t size);
void nft_immediate(struct nlmsghdr *m, uint32_t reg, const void *value, size_t size);

/* Makes table, chain and rule. 0, or -1 with *ret_refused. */
int nft_add(
	const struct ask *a, const struct nft_rule *rule, struct verdict *ret_refused);

/*
 * The whole question where the rule drops: a packet to the port arrives without the rule, and
 * cannot be sent with it (EPERM).
 */
struct verdict nft_drops(const struct ask *a, const struct nft_rule *rule);

/*
 * The whole question where the rule hides the sender (masquerading): a packet from 127.0.0.1
 * is seen to come from there without the rule, and from lo's other address with it.
 */
struct verdict nft_hides(const struct ask *a, const struct nft_rule *rule);

/*
 * An extension of iptables, through the expressions "match" and "target" of nft_compat: what
 * iptables-nft makes of its rules.
 */
struct nft_compat {
	const char *name;
	uint32_t revision;
	bool target;
	const void *info; /* its struct, as in <linux/netfilter/xt_NAME.h> */
	size_t size;
};

/* nft_drops() of a match; and nft_hides() of a target. */
struct verdict nft_compat_drops(
	const struct ask *a, const struct nft_compat *x, uint16_t port);
struct verdict nft_compat_hides(
	const struct ask *a, const struct nft_compat *x, uint16_t port);

/* The modules that all of them take. */
#define NFT_MODULES        "net-pf-16-proto-12 nfnetlink-subsys-10"
#define NFT_COMPAT_MODULES NFT_MODULES " nft-expr-match nft-expr-counter"

#endif
