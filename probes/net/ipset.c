/*
 * Are there sets of addresses for rules: ipset? (probes.md row 211.)
 *
 * A set of type hash:ip is made in a network namespace of one's own, an address is put into
 * it, and it is asked for: it must be in the set, and another (the control) must not be.
 * EOPNOTSUPP or EINVAL for the first request is a kernel without ip_set, and
 * IPSET_ERR_FIND_TYPE one that has not the type.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include <linux/netfilter.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include "netlink.h"

#define SET    "pl_ipset"
#define MEMBER 0xcb007105 /* 203.0.113.5, RFC 5737: for documentation, nobody's */
#define OTHER  0xcb007106

static struct nlmsghdr *request(struct nl *nl, unsigned cmd, uint16_t flags)
{
	struct nfgenmsg *g;
	struct nlmsghdr *m =
		nl_request(nl, NFNL_SUBSYS_IPSET << 8 | cmd, flags, sizeof(*g), &g);

	g->nfgen_family = AF_INET;
	g->version = NFNETLINK_V0;
	mnl_attr_put_u8(m, IPSET_ATTR_PROTOCOL, IPSET_PROTOCOL_MIN);
	return m;
}

/* IPSET_CMD_ADD or IPSET_CMD_TEST of an address: 0 or -errno. */
static int do_address(struct nl *nl, unsigned cmd, uint32_t addr)
{
	struct nlmsghdr *m = request(nl, cmd, 0);

	mnl_attr_put_strz(m, IPSET_ATTR_SETNAME, SET);
	struct nlattr *data = mnl_attr_nest_start(m, IPSET_ATTR_DATA);
	struct nlattr *ip = mnl_attr_nest_start(m, IPSET_ATTR_IP);
	mnl_attr_put_u32(m, IPSET_ATTR_IPADDR_IPV4 | NLA_F_NET_BYTEORDER, htonl(addr));
	mnl_attr_nest_end(m, ip);
	mnl_attr_nest_end(m, data);
	return nl_talk(nl, NULL, NULL);
}

static int create(struct nl *nl, uint8_t revision)
{
	struct nlmsghdr *m = request(nl, IPSET_CMD_CREATE, NLM_F_CREATE | NLM_F_EXCL);

	mnl_attr_put_strz(m, IPSET_ATTR_SETNAME, SET);
	mnl_attr_put_strz(m, IPSET_ATTR_TYPENAME, "hash:ip");
	mnl_attr_put_u8(m, IPSET_ATTR_REVISION, revision);
	mnl_attr_put_u8(m, IPSET_ATTR_FAMILY, NFPROTO_IPV4);
	struct nlattr *data = mnl_attr_nest_start(m, IPSET_ATTR_DATA);
	mnl_attr_nest_end(m, data);
	return nl_talk(nl, NULL, NULL);
}

static int take_revision(const struct nlattr *attr, void *arg)
{
	if (mnl_attr_get_type(attr) == IPSET_ATTR_REVISION)
		*(int *)arg = mnl_attr_get_u8(attr);
	return MNL_CB_OK;
}

static void hear_revision(const struct nlmsghdr *m, void *arg)
{
	mnl_attr_parse(m, sizeof(struct nfgenmsg), take_revision, arg);
}

/* The newest revision of the type that the kernel has; -errno. */
static int ask_type(struct nl *nl)
{
	int revision = -EIO;
	struct nlmsghdr *m = request(nl, IPSET_CMD_TYPE, 0);

	mnl_attr_put_strz(m, IPSET_ATTR_TYPENAME, "hash:ip");
	mnl_attr_put_u8(m, IPSET_ATTR_FAMILY, NFPROTO_IPV4);
	int r = nl_talk(nl, hear_revision, &revision);
	return r < 0 ? r : revision;
}

static struct verdict no_type(const struct ask *a, struct nl *nl, int err)
{
	if (nl->call || err != IPSET_ERR_FIND_TYPE)
		return nl_refused(a, nl, "IPSET_CMD_TYPE(hash:ip)", err);
	return answer_absent(
		"IPSET_CMD_TYPE(hash:ip): the kernel has ip_set, but not the type "
		"hash:ip (IPSET_ERR_FIND_TYPE)");
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_nl_ struct nl nl = { 0 };
	struct verdict v;

	if (nl_open(a, &nl, NETLINK_NETFILTER, &v) < 0)
		return v;
	request(&nl, IPSET_CMD_PROTOCOL, 0);
	int r = nl_talk(&nl, NULL, NULL);
	if (r < 0)
		return nl_refused(a, &nl, "IPSET_CMD_PROTOCOL", -r);
	int revision = ask_type(&nl);
	if (revision < 0)
		return no_type(a, &nl, -revision);
	if ((r = create(&nl, revision)) < 0)
		return nl_refused(a, &nl, "IPSET_CMD_CREATE", -r);
	if ((r = do_address(&nl, IPSET_CMD_ADD, MEMBER)) < 0)
		return nl_refused(a, &nl, "IPSET_CMD_ADD", -r);
	int in = do_address(&nl, IPSET_CMD_TEST, MEMBER);
	int out = do_address(&nl, IPSET_CMD_TEST, OTHER);
	if (in < 0 || out != -IPSET_ERR_EXIST)
		return answer_fail("%s",
			in < 0 ? "an address that was put into a set is not in it"
			       : "an address is in a set that it was not put "
				 "into");
	return answer_pass(
		"an address put into a set of type hash:ip (revision %d) was in it, "
		"another was not",
		revision);
}

const struct probe probe_net_ipset = {
	.about = "rules can match sets of addresses (ipset)",
	.how = "A set of type hash:ip is made in a network namespace of one's own. An "
	       "address that was put into it must be in it, another must not.",
	.man = "ipset(8)",
	.kconfig = "CONFIG_IP_SET CONFIG_IP_SET_HASH_IP",
	.needed_by = "calico, kube-proxy (ipvs), docker 28, weave",
	.blocked_by = "seccomp; a module that is not loaded",
	.modules = "net-pf-16-proto-12 nfnetlink-subsys-6 ip_set_hash:ip",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
