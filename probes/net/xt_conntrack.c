/*
 * Can rules of iptables-nft ask for the state of a connection: the match conntrack?
 * (probes.md row 209.)
 *
 * The extension is put into a rule of nf_tables (nft_compat), as iptables-nft does. The rule
 * drops UDP packets to one port: one sent there arrives before (the control), and is EPERM
 * afterwards. ENOENT is a kernel that has not nft_compat, or not the extension: iptables then
 * says "Extension NAME revision N not supported, missing kernel module?".
 */
#include <netinet/in.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/xt_conntrack.h>

#include "nft.h"

static struct verdict ask(const struct ask *a)
{
	static const struct xt_conntrack_mtinfo3 info = {
		.match_flags = XT_CONNTRACK_STATE,
		.state_mask = XT_CONNTRACK_STATE_BIT(IP_CT_NEW),
	};
	const struct nft_compat x = {
		.name = "conntrack", .revision = 3, .info = &info, .size = sizeof(info)
	};

	return nft_compat_drops(a, &x, PORT_XT_CONNTRACK);
}

const struct probe probe_net_xt_conntrack = {
	.about = "rules of iptables can tell packets of known connections from new ones",
	.how = "An nf_tables rule with the iptables match drops UDP packets to one port. "
	       "One sent there arrives before, and is EPERM afterwards.",
	.man = "iptables-extensions(8)",
	.since = "3.13",
	.kconfig = "CONFIG_NFT_COMPAT CONFIG_NETFILTER_XT_MATCH_CONNTRACK",
	.needed_by = "kube-proxy, docker, CNI firewall plugin",
	.blocked_by = "seccomp; a module that is not loaded (ENOENT)",
	.modules = NFT_COMPAT_MODULES " ipt_conntrack",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
