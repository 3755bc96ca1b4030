/*
 * Can rules of iptables-nft masquerade: the target MASQUERADE? (probes.md row 209.)
 *
 * The extension is put into a rule of nf_tables (nft_compat), as iptables-nft does. A packet
 * from 127.0.0.1 says so before (the control), and comes from the interface's other address
 * afterwards. ENOENT is a kernel that has not nft_compat, or not the extension: iptables then
 * says "Extension NAME revision N not supported, missing kernel module?".
 */
#include <netinet/in.h>

#include <linux/netfilter/nf_nat.h>

#include "nft.h"

static struct verdict ask(const struct ask *a)
{
	static const struct nf_nat_ipv4_multi_range_compat info = { .rangesize = 1 };
	const struct nft_compat x = {
		.name = "MASQUERADE", .target = true, .info = &info, .size = sizeof(info)
	};

	return nft_compat_hides(a, &x, PORT_XT_MASQUERADE);
}

const struct probe probe_net_xt_masquerade = {
	.about =
		"rules of iptables can masquerade packets behind the address of the node",
	.how = "An nf_tables rule with the iptables target for UDP packets to one port. "
	       "One comes from 127.0.0.1 before, and from the interface's other address "
	       "afterwards.",
	.man = "iptables-extensions(8)",
	.since = "3.13",
	.kconfig =
		"CONFIG_NFT_COMPAT CONFIG_NETFILTER_XT_TARGET_MASQUERADE CONFIG_NF_NAT",
	.needed_by = "kube-proxy, docker, CNI bridge and ptp plugins (ipMasq)",
	.blocked_by = "seccomp; a module that is not loaded (ENOENT)",
	.modules = NFT_COMPAT_MODULES " ipt_MASQUERADE nft-expr-target nft-chain-2-nat",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
