/*
 * Can a rule send packets to another address: dnat? (probes.md row 210.) It is how the ports
 * of containers are published and how services find their pods.
 *
 * A rule leads UDP packets from one port of 127.0.0.1 to another. Before it a packet arrives
 * where it is sent to (the control), afterwards at the other. ENOENT is a kernel that has not
 * the chain type or the expression.
 */
#include <netinet/in.h>

#include <linux/netfilter/nf_tables.h>

#include "nft.h"

static void put_dnat(struct nlmsghdr *m, const void *arg)
{
	uint32_t addr = htonl(INADDR_LOOPBACK);
	uint16_t port = htons(PORT_NFT_NAT_TO);

	nft_immediate(m, NFT_REG_1, &addr, sizeof(addr));
	nft_immediate(m, NFT_REG_2, &port, sizeof(port));
	struct nft_expr e = nft_expr_start(m, "nat");
	nft_put_u32(m, NFTA_NAT_TYPE, NFT_NAT_DNAT);
	nft_put_u32(m, NFTA_NAT_FAMILY, NFPROTO_IPV4);
	nft_put_u32(m, NFTA_NAT_REG_ADDR_MIN, NFT_REG_1);
	nft_put_u32(m, NFTA_NAT_REG_PROTO_MIN, NFT_REG_2);
	nft_expr_end(m, e);
}

static const struct nft_rule rule = { .table = "pl_nft_nat",
	.type = "nat",
	.hook = NF_INET_LOCAL_OUT,
	.priority = -100,
	.port = PORT_NFT_NAT,
	.put = put_dnat,
	.name = "nat" };

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	_cleanup_close_ int first = udp_on_lo(a, PORT_NFT_NAT, &v);
	_cleanup_close_ int other =
		first < 0 ? -1 : udp_bound(a, INADDR_LOOPBACK, PORT_NFT_NAT_TO, &v);
	if (other < 0)
		return v;
	int r = udp_send(first, INADDR_LOOPBACK, PORT_NFT_NAT);
	if (r < 0)
		return answer_refused(a, "sendto(udp)", -r);
	if (!udp_arrived(first, NULL))
		return answer_error("sendto(udp)", 0,
			"the control failed: a packet to 127.0.0.1 does not arrive");
	if (nft_add(a, &rule, &v) < 0)
		return v;
	r = udp_send(other, INADDR_LOOPBACK, PORT_NFT_NAT);
	if (r < 0 || !udp_arrived(other, NULL))
		return answer_fail(
			"the rule was accepted, but a packet did not arrive where it "
			"leads to");
	return answer_pass(
		"a packet arrived at the port that it was sent to before, and at the "
		"other one once the rule was there");
}

const struct probe probe_net_nft_nat = {
	.about = "rules can lead packets to another address, as published ports need",
	.how = "A dnat rule for UDP packets to one port of 127.0.0.1. One arrives at that "
	       "port before, and at another afterwards.",
	.man = "nft(8)",
	.kconfig = "CONFIG_NFT_NAT CONFIG_NF_NAT",
	.needed_by = "netavark, docker, kube-proxy (nftables)",
	.blocked_by = "seccomp; a module that is not loaded (ENOENT)",
	.modules = NFT_MODULES " nft-chain-2-nat nft-expr-nat",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
