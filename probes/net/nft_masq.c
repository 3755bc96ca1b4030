/*
 * Can a rule hide where packets come from: masquerading? (probes.md row 210.) It is how
 * containers with private addresses reach the world.
 *
 * A packet from 127.0.0.1 says so before the rule (the control), and with it comes from the
 * other address of the interface. ENOENT is a kernel that has not the chain type or the
 * expression.
 */
#include <netinet/in.h>

#include <linux/netfilter/nf_tables.h>

#include "nft.h"

static void put_masq(struct nlmsghdr *m, const void *arg)
{
	struct nft_expr e = nft_expr_start(m, "masq");

	nft_expr_end(m, e);
}

static struct verdict ask(const struct ask *a)
{
	static const struct nft_rule rule = { .table = "pl_nft_masq",
		.type = "nat",
		.hook = NF_INET_POST_ROUTING,
		.priority = 100,
		.port = PORT_NFT_MASQ,
		.put = put_masq,
		.name = "masq" };

	return nft_hides(a, &rule);
}

const struct probe probe_net_nft_masq = {
	.about =
		"rules can masquerade packets: containers reach the world by the node's address",
	.how = "A masquerading rule for UDP packets to one port. One comes from 127.0.0.1 "
	       "before, and from the interface's other address afterwards.",
	.man = "nft(8)",
	.kconfig = "CONFIG_NFT_MASQ CONFIG_NF_NAT",
	.needed_by = "netavark, docker, kube-proxy (nftables)",
	.blocked_by = "seccomp; a module that is not loaded (ENOENT)",
	.modules = NFT_MODULES " nft-chain-2-nat nft-expr-masq",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
