/*
 * Can rules of iptables-nft be for several ports: the match multiport? (probes.md row 209.)
 *
 * The extension is put into a rule of nf_tables (nft_compat), as iptables-nft does. The rule
 * drops UDP packets to one port: one sent there arrives before (the control), and is EPERM
 * afterwards. ENOENT is a kernel that has not nft_compat, or not the extension: iptables then
 * says "Extension NAME revision N not supported, missing kernel module?".
 */
#include <netinet/in.h>

#include <linux/netfilter/xt_multiport.h>

#include "nft.h"

static struct verdict ask(const struct ask *a)
{
	static const struct xt_multiport_v1 info = {
		.flags = XT_MULTIPORT_DESTINATION,
		.count = 2,
		.ports = { 1, PORT_XT_MULTIPORT },
	};
	const struct nft_compat x = {
		.name = "multiport", .revision = 1, .info = &info, .size = sizeof(info)
	};

	return nft_compat_drops(a, &x, PORT_XT_MULTIPORT);
}

const struct probe probe_net_xt_multiport = {
	.about = "a rule of iptables can be for several ports",
	.how = "An nf_tables rule with the iptables match drops UDP packets to one port. "
	       "One sent there arrives before, and is EPERM afterwards.",
	.man = "iptables-extensions(8)",
	.since = "3.13",
	.kconfig = "CONFIG_NFT_COMPAT CONFIG_NETFILTER_XT_MATCH_MULTIPORT",
	.needed_by = "CNI portmap plugin, calico, istio",
	.blocked_by = "seccomp; a module that is not loaded (ENOENT)",
	.modules = NFT_COMPAT_MODULES " ipt_multiport",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
