/*
 * Can a rule ask about the state of a connection? (probes.md row 210.) This is connection
 * tracking, on which all stateful firewalls of containers stand.
 *
 * A rule drops UDP packets to one port if they begin a connection (ct state new). A packet to
 * it arrives before the rule (the control), and the first of another connection is EPERM with
 * it. ENOENT is a kernel that has not the expression, if the same rule without it is accepted.
 */
#include <netinet/in.h>

#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>

#include "nft.h"

static void put_state_new(struct nlmsghdr *m, const void *arg)
{
	uint32_t bits = 1u << (IP_CT_NEW + 1); /* NF_CT_STATE_BIT(), host order */
	uint32_t none = 0;

	struct nft_expr e = nft_expr_start(m, "ct");
	nft_put_u32(m, NFTA_CT_DREG, NFT_REG_1);
	nft_put_u32(m, NFTA_CT_KEY, NFT_CT_STATE);
	nft_expr_end(m, e);

	e = nft_expr_start(m, "bitwise");
	nft_put_u32(m, NFTA_BITWISE_SREG, NFT_REG_1);
	nft_put_u32(m, NFTA_BITWISE_DREG, NFT_REG_1);
	nft_put_u32(m, NFTA_BITWISE_LEN, sizeof(bits));
	struct nlattr *mask = mnl_attr_nest_start(m, NFTA_BITWISE_MASK);
	mnl_attr_put(m, NFTA_DATA_VALUE, sizeof(bits), &bits);
	mnl_attr_nest_end(m, mask);
	struct nlattr * xor = mnl_attr_nest_start(m, NFTA_BITWISE_XOR);
	mnl_attr_put(m, NFTA_DATA_VALUE, sizeof(none), &none);
	mnl_attr_nest_end(m, xor);
	nft_expr_end(m, e);
	nft_cmp(m, &bits, sizeof(bits));
}

static struct verdict ask(const struct ask *a)
{
	static const struct nft_rule rule = { .table = "pl_nft_ct",
		.type = "filter",
		.hook = NF_INET_LOCAL_OUT,
		.port = PORT_NFT_CT,
		.drop = true,
		.put = put_state_new,
		.name = "ct" };

	return nft_drops(a, &rule);
}

const struct probe probe_net_nft_ct = {
	.about = "rules can tell packets of known connections from new ones",
	.how = "A rule with \"ct state new\" drops UDP packets to one port; one sent there "
	       "arrives before, and is EPERM afterwards. The same rule without ct is the "
	       "control.",
	.man = "nft(8)",
	.kconfig = "CONFIG_NF_CONNTRACK CONFIG_NFT_CT",
	.needed_by = "netavark, docker, kube-proxy (nftables)",
	.blocked_by = "seccomp; a module that is not loaded (ENOENT)",
	.modules = NFT_MODULES " nft-expr-ct",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
