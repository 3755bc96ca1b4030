/*
 * Can rules of iptables-nft ask for the mark of a packet: the match mark? (probes.md row 209.)
 *
 * The extension is put into a rule of nf_tables (nft_compat), as iptables-nft does. The rule
 * drops UDP packets to one port: one sent there arrives before (the control), and is EPERM
 * afterwards. ENOENT is a kernel that has not nft_compat, or not the extension: iptables then
 * says "Extension NAME revision N not supported, missing kernel module?".
 */
#include <netinet/in.h>

#include <linux/netfilter/xt_mark.h>

#include "nft.h"

static struct verdict ask(const struct ask *a)
{
	static const struct xt_mark_mtinfo1 info = { .mark = 0, .mask = ~0u };
	const struct nft_compat x = {
		.name = "mark", .revision = 1, .info = &info, .size = sizeof(info)
	};

	return nft_compat_drops(a, &x, PORT_XT_MARK);
}

const struct probe probe_net_xt_mark = {
	.about = "rules of iptables can ask for a mark that other rules have set",
	.how = "An nf_tables rule with the iptables match drops UDP packets to one port. "
	       "One sent there arrives before, and is EPERM afterwards.",
	.man = "iptables-extensions(8)",
	.since = "3.13",
	.kconfig = "CONFIG_NFT_COMPAT CONFIG_NETFILTER_XT_MATCH_MARK",
	.needed_by = "kube-proxy (masquerade mark), CNI portmap plugin, cilium",
	.blocked_by = "seccomp; a module that is not loaded (ENOENT)",
	.modules = NFT_COMPAT_MODULES " ipt_mark",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
