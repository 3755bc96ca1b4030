/*
 * Can rules of iptables-nft be for every nth packet: the match statistic? (probes.md row 209.)
 *
 * The extension is put into a rule of nf_tables (nft_compat), as iptables-nft does. The rule
 * drops UDP packets to one port: one sent there arrives before (the control), and is EPERM
 * afterwards. ENOENT is a kernel that has not nft_compat, or not the extension: iptables then
 * says "Extension NAME revision N not supported, missing kernel module?".
 */
#include <netinet/in.h>

#include <linux/netfilter/xt_statistic.h>

#include "nft.h"

static struct verdict ask(const struct ask *a)
{
	static const struct xt_statistic_info info = {
		.mode = XT_STATISTIC_MODE_NTH,
		.u.nth = { .every = 0, .packet = 0 }, /* each: one of every one */
	};
	const struct nft_compat x = {
		.name = "statistic", .info = &info, .size = sizeof(info)
	};

	return nft_compat_drops(a, &x, PORT_XT_STATISTIC);
}

const struct probe probe_net_xt_statistic = {
	.about = "rules of iptables can spread connections over the pods of a service",
	.how = "An nf_tables rule with the iptables match drops UDP packets to one port. "
	       "One sent there arrives before, and is EPERM afterwards.",
	.man = "iptables-extensions(8)",
	.since = "3.13",
	.kconfig = "CONFIG_NFT_COMPAT CONFIG_NETFILTER_XT_MATCH_STATISTIC",
	.needed_by = "kube-proxy (iptables)",
	.blocked_by = "seccomp; a module that is not loaded (ENOENT)",
	.modules = NFT_COMPAT_MODULES " ipt_statistic",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
