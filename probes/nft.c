#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include "nft.h"

#define BATCH_ROOM 8192

/* A batch being written; the kernel takes all of it or nothing. */
struct batch {
	struct nl *nl;
	size_t len;
	const char *stages[16]; /* by sequence number */
	unsigned first;
	char data[BATCH_ROOM] __attribute__((aligned(8)));
};

struct nft_expr nft_expr_start(struct nlmsghdr *m, const char *name)
{
	struct nft_expr e = { .elem = mnl_attr_nest_start(m, NFTA_LIST_ELEM) };

	mnl_attr_put_strz(m, NFTA_EXPR_NAME, name);
	e.data = mnl_attr_nest_start(m, NFTA_EXPR_DATA);
	return e;
}

void nft_expr_end(struct nlmsghdr *m, struct nft_expr e)
{
	mnl_attr_nest_end(m, e.data);
	mnl_attr_nest_end(m, e.elem);
}

void nft_put_u32(struct nlmsghdr *m, uint16_t type, uint32_t value)
{
	mnl_attr_put_u32(m, type, htonl(value));
}

void nft_cmp(struct nlmsghdr *m, const void *value, size_t size)
{
	struct nft_expr e = nft_expr_start(m, "cmp");

	nft_put_u32(m, NFTA_CMP_SREG, NFT_REG_1);
	nft_put_u32(m, NFTA_CMP_OP, NFT_CMP_EQ);
	struct nlattr *data = mnl_attr_nest_start(m, NFTA_CMP_DATA);
	mnl_attr_put(m, NFTA_DATA_VALUE, size, value);
	mnl_attr_nest_end(m, data);
	nft_expr_end(m, e);
}

void nft_immediate(struct nlmsghdr *m, uint32_t reg, const void *value, size_t size)
{
	struct nft_expr e = nft_expr_start(m, "immediate");

	nft_put_u32(m, NFTA_IMMEDIATE_DREG, reg);
	struct nlattr *data = mnl_attr_nest_start(m, NFTA_IMMEDIATE_DATA);
	mnl_attr_put(m, NFTA_DATA_VALUE, size, value);
	mnl_attr_nest_end(m, data);
	nft_expr_end(m, e);
}

/* UDP packets to this port. */
static void put_port(struct nlmsghdr *m, uint16_t port)
{
	uint8_t protocol = IPPROTO_UDP;
	uint16_t value = htons(port);

	struct nft_expr e = nft_expr_start(m, "meta");
	nft_put_u32(m, NFTA_META_DREG, NFT_REG_1);
	nft_put_u32(m, NFTA_META_KEY, NFT_META_L4PROTO);
	nft_expr_end(m, e);
	nft_cmp(m, &protocol, sizeof(protocol));

	e = nft_expr_start(m, "payload");
	nft_put_u32(m, NFTA_PAYLOAD_DREG, NFT_REG_1);
	nft_put_u32(m, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_TRANSPORT_HEADER);
	nft_put_u32(m, NFTA_PAYLOAD_OFFSET, 2);
	nft_put_u32(m, NFTA_PAYLOAD_LEN, sizeof(value));
	nft_expr_end(m, e);
	nft_cmp(m, &value, sizeof(value));
}

static void put_drop(struct nlmsghdr *m)
{
	struct nft_expr e = nft_expr_start(m, "immediate");

	nft_put_u32(m, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	struct nlattr *data = mnl_attr_nest_start(m, NFTA_IMMEDIATE_DATA);
	struct nlattr *verdict = mnl_attr_nest_start(m, NFTA_DATA_VERDICT);
	nft_put_u32(m, NFTA_VERDICT_CODE, NF_DROP);
	mnl_attr_nest_end(m, verdict);
	mnl_attr_nest_end(m, data);
	nft_expr_end(m, e);
}

static struct nlmsghdr *begin(struct batch *b, uint16_t type, uint16_t flags,
	uint8_t family, uint16_t res, const char *stage)
{
	struct nlmsghdr *m = mnl_nlmsg_put_header(b->data + b->len);

	m->nlmsg_type = type;
	m->nlmsg_flags = NLM_F_REQUEST | flags;
	m->nlmsg_seq = ++b->nl->seq;
	if (!b->len)
		b->first = m->nlmsg_seq;
	if (m->nlmsg_seq - b->first < ARRAY_SIZE(b->stages))
		b->stages[m->nlmsg_seq - b->first] = stage;
	struct nfgenmsg *g = mnl_nlmsg_put_extra_header(m, sizeof(*g));
	g->nfgen_family = family;
	g->version = NFNETLINK_V0;
	g->res_id = htons(res);
	return m;
}

static void end(struct batch *b, const struct nlmsghdr *m)
{
	b->len += MNL_ALIGN(m->nlmsg_len);
}

static struct nlmsghdr *begin_nft(struct batch *b, unsigned message, const char *stage)
{
	return begin(b, NFNL_SUBSYS_NFTABLES << 8 | message, NLM_F_CREATE | NLM_F_ACK,
		NFPROTO_IPV4, 0, stage);
}

static void put_chain(struct nlmsghdr *m, const struct nft_rule *rule)
{
	mnl_attr_put_strz(m, NFTA_CHAIN_TABLE, rule->table);
	mnl_attr_put_strz(m, NFTA_CHAIN_NAME, "chain");
	struct nlattr *hook = mnl_attr_nest_start(m, NFTA_CHAIN_HOOK);
	nft_put_u32(m, NFTA_HOOK_HOOKNUM, rule->hook);
	nft_put_u32(m, NFTA_HOOK_PRIORITY, rule->priority);
	mnl_attr_nest_end(m, hook);
	mnl_attr_put_strz(m, NFTA_CHAIN_TYPE, rule->type);
}

/* xt_multiport asks for which protocol the rule is. */
static void put_rule(struct nlmsghdr *m, const struct nft_rule *rule, bool whole)
{
	mnl_attr_put_strz(m, NFTA_RULE_TABLE, rule->table);
	mnl_attr_put_strz(m, NFTA_RULE_CHAIN, "chain");
	struct nlattr *compat = mnl_attr_nest_start(m, NFTA_RULE_COMPAT);
	nft_put_u32(m, NFTA_RULE_COMPAT_PROTO, IPPROTO_UDP);
	nft_put_u32(m, NFTA_RULE_COMPAT_FLAGS, 0);
	mnl_attr_nest_end(m, compat);
	struct nlattr *list = mnl_attr_nest_start(m, NFTA_RULE_EXPRESSIONS);
	put_port(m, rule->port);
	if (whole && rule->put)
		rule->put(m, rule->arg);
	if (rule->drop)
		put_drop(m);
	mnl_attr_nest_end(m, list);
}

/* `whole`: with what is asked about. 0 or -errno; *ret_stage is what was refused. */
static int commit(
	struct nl *nl, const struct nft_rule *rule, bool whole, const char **ret_stage)
{
	struct batch b = { .nl = nl };

	end(&b,
		begin(&b, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES,
			"NFNL_MSG_BATCH_BEGIN"));
	struct nlmsghdr *m = begin_nft(&b, NFT_MSG_NEWTABLE, "NFT_MSG_NEWTABLE");
	mnl_attr_put_strz(m, NFTA_TABLE_NAME, rule->table);
	end(&b, m);
	m = begin_nft(&b, NFT_MSG_NEWCHAIN,
		strcmp(rule->type, "nat") ? "NFT_MSG_NEWCHAIN" : "NFT_MSG_NEWCHAIN(nat)");
	put_chain(m, rule);
	end(&b, m);
	m = begin_nft(&b, NFT_MSG_NEWRULE, "NFT_MSG_NEWRULE");
	m->nlmsg_flags |= NLM_F_APPEND;
	put_rule(m, rule, whole);
	end(&b, m);
	end(&b,
		begin(&b, NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES,
			"NFNL_MSG_BATCH_END"));

	int r = nl_send(nl, b.data, b.len, NULL, NULL);
	unsigned which = nl->err_seq - b.first;
	*ret_stage = which < ARRAY_SIZE(b.stages) && b.stages[which]
		? b.stages[which]
		: "NFNL_MSG_BATCH_BEGIN";
	return r;
}

/*
 * The rule was refused. ENOENT and EOPNOTSUPP are an expression that is not there, if the
 * same rule without it is accepted; other errnos say nothing about it.
 */
static struct verdict rule_refused(
	const struct ask *a, struct nl *nl, const struct nft_rule *rule, int err)
{
	struct nl control = { .sock = nl->sock, .seq = nl->seq };
	const char *unused;
	char stage[32];

	snprintf(stage, sizeof(stage), "NFT_MSG_NEWRULE(%s)",
		rule->name ? rule->name : "drop");
	int r = rule->put ? commit(&control, rule, false, &unused) : -ENOENT;
	if (err == EPERM || err == EACCES)
		return nl_refused(a, nl, stage, err);
	if (r < 0 || (err != ENOENT && err != EOPNOTSUPP))
		return answer_error(stage, err, "%s: %s; the same rule without it: %s",
			stage, strerror(err), r < 0 ? strerror(-r) : "accepted");
	struct verdict v = answer_absent(
		"%s: %s: the kernel has no \"%s\" to put into a rule; the same rule "
		"without it was accepted",
		stage, strerror(err), rule->name);
	VERDICT_TEXT(v.stage, "%s", stage);
	v.err = err;
	return v;
}

int nft_add(const struct ask *a, const struct nft_rule *rule, struct verdict *ret_refused)
{
	_cleanup_nl_ struct nl nl = { 0 };
	const char *stage;

	if (nl_open(a, &nl, NETLINK_NETFILTER, ret_refused) < 0)
		return -1;
	int r = commit(&nl, rule, true, &stage);
	if (r == 0)
		return 0;
	*ret_refused = !nl.call && !strcmp(stage, "NFT_MSG_NEWRULE")
		? rule_refused(a, &nl, rule, -r)
		: nl_refused(a, &nl, stage, -r);
	return -1;
}

/* Without the rule: a packet to the port arrives, and says where it is from. */
static int control(const struct ask *a, int fd, uint16_t port,
	struct sockaddr_in *ret_from, struct verdict *ret_refused)
{
	int r = udp_send(fd, INADDR_LOOPBACK, port);

	if (r < 0) {
		*ret_refused = answer_refused(a, "sendto(udp)", -r);
		return -1;
	}
	if (udp_arrived(fd, ret_from))
		return 0;
	*ret_refused = answer_error("sendto(udp)", 0,
		"the control failed: a packet to 127.0.0.1 does not arrive");
	return -1;
}

struct verdict nft_drops(const struct ask *a, const struct nft_rule *rule)
{
	struct verdict v;

	/* Another sender later: that is a new connection, for those who keep count of them. */
	_cleanup_close_ int fd = udp_on_lo(a, rule->port, &v);
	_cleanup_close_ int sender = fd < 0 ? -1 : udp_bound(a, INADDR_LOOPBACK, 0, &v);
	if (sender < 0 || control(a, fd, rule->port, NULL, &v) < 0 ||
		nft_add(a, rule, &v) < 0)
		return v;
	int r = udp_send(sender, INADDR_LOOPBACK, rule->port);
	if (r == -EPERM)
		return answer_pass(
			"a packet that arrived before could not be sent once the "
			"rule was there (EPERM)");
	return answer_fail("the rule was accepted, but a packet that it drops could be "
			   "sent (%s)",
		strerror(-r));
}

#define OTHER 0xc6336441 /* 198.51.100.65, RFC 5737: for documentation, nobody's */

/* Masquerading takes an address with which one can be reached, and 127.0.0.1 is none. */
static int add_other(const struct ask *a, struct verdict *ret_refused)
{
	_cleanup_nl_ struct nl nl = { 0 };

	if (nl_open(a, &nl, NETLINK_ROUTE, ret_refused) < 0)
		return -1;
	return addr_add(a, &nl, LO_INDEX, OTHER, 32, ret_refused);
}

struct verdict nft_hides(const struct ask *a, const struct nft_rule *rule)
{
	struct sockaddr_in before, after;
	struct verdict v;

	if (lo_up(a, &v) < 0 || add_other(a, &v) < 0)
		return v;
	/* A connection that is known keeps its address: so another one later. */
	_cleanup_close_ int fd = udp_bound(a, INADDR_LOOPBACK, rule->port, &v);
	_cleanup_close_ int sender = fd < 0 ? -1 : udp_bound(a, INADDR_LOOPBACK, 0, &v);
	if (sender < 0 || control(a, fd, rule->port, &before, &v) < 0 ||
		nft_add(a, rule, &v) < 0)
		return v;
	int r = udp_send(sender, INADDR_LOOPBACK, rule->port);
	if (r < 0 || !udp_arrived(fd, &after))
		return answer_fail(
			"the rule was accepted, but a packet that it masquerades is lost");
	if (before.sin_addr.s_addr != htonl(INADDR_LOOPBACK) ||
		after.sin_addr.s_addr != htonl(OTHER))
		return answer_fail(
			"the rule was accepted, but the sender of a packet was not hidden");
	return answer_pass(
		"a packet came from 127.0.0.1 before, and from the interface's other "
		"address once the rule was there");
}

static void put_compat(struct nlmsghdr *m, const void *arg)
{
	const struct nft_compat *x = arg;
	struct nft_expr e = nft_expr_start(m, x->target ? "target" : "match");

	mnl_attr_put_strz(m, NFTA_MATCH_NAME, x->name);
	nft_put_u32(m, NFTA_MATCH_REV, x->revision);
	mnl_attr_put(m, NFTA_MATCH_INFO, x->size, x->info);
	nft_expr_end(m, e);
	/* iptables-nft has a counter in each of its rules; a module until 5.17 (nft_counter). */
	if (!x->target)
		nft_expr_end(m, nft_expr_start(m, "counter"));
}

static void hear_revision(const struct nlmsghdr *m, void *arg)
{
	*(bool *)arg = true;
}

/* What iptables-nft asks first. 0, or -errno: EOPNOTSUPP or EINVAL is nft_compat itself. */
static int ask_revision(struct nl *nl, const struct nft_compat *x)
{
	struct nfgenmsg *g;
	bool heard = false;

	struct nlmsghdr *m = nl_request(
		nl, NFNL_SUBSYS_NFT_COMPAT << 8 | NFNL_MSG_COMPAT_GET, 0, sizeof(*g), &g);
	g->nfgen_family = NFPROTO_IPV4;
	g->version = NFNETLINK_V0;
	mnl_attr_put_strz(m, NFTA_COMPAT_NAME, x->name);
	nft_put_u32(m, NFTA_COMPAT_REV, x->revision);
	nft_put_u32(m, NFTA_COMPAT_TYPE, x->target);
	int r = nl_talk(nl, hear_revision, &heard);
	return r < 0 ? r : heard ? 0 : -EIO;
}

/* Which of the two is not there, nft_compat or the extension? */
static struct verdict name_missing(
	const struct ask *a, const struct nft_compat *x, struct verdict v)
{
	_cleanup_nl_ struct nl nl = { 0 };
	struct verdict unused;

	if (v.outcome != OUTCOME_ABSENT || strncmp(v.stage, "NFT_MSG_NEWRULE", 15) ||
		nl_open(a, &nl, NETLINK_NETFILTER, &unused) < 0)
		return v;
	int r = ask_revision(&nl, x);
	if (r == -EOPNOTSUPP || r == -EINVAL)
		VERDICT_TEXT(v.detail,
			"%s: the kernel has no nft_compat, which makes iptables extensions "
			"available to nf_tables; the same rule without one was accepted",
			v.stage);
	else if (r < 0)
		VERDICT_TEXT(v.detail,
			"%s: the kernel has nft_compat, but not the extension \"%s\" "
			"revision %u; the same rule without it was accepted",
			v.stage, x->name, x->revision);
	else
		VERDICT_TEXT(v.detail,
			"%s: the kernel has nft_compat and the extension \"%s\", but no "
			"counter (nft_counter), which iptables-nft puts into every rule",
			v.stage, x->name);
	return v;
}

struct verdict nft_compat_drops(
	const struct ask *a, const struct nft_compat *x, uint16_t port)
{
	char table[32];
	struct nft_rule rule = { .table = table,
		.type = "filter",
		.hook = NF_INET_LOCAL_OUT,
		.port = port,
		.drop = true,
		.put = put_compat,
		.arg = x,
		.name = x->name };

	snprintf(table, sizeof(table), "pl_xt_%s", x->name);
	return name_missing(a, x, nft_drops(a, &rule));
}

struct verdict nft_compat_hides(
	const struct ask *a, const struct nft_compat *x, uint16_t port)
{
	/* The extension is for a table of that name alone. */
	struct nft_rule rule = { .table = "nat",
		.type = "nat",
		.hook = NF_INET_POST_ROUTING,
		.priority = 100,
		.port = port,
		.put = put_compat,
		.arg = x,
		.name = x->name };

	return name_missing(a, x, nft_hides(a, &rule));
}
