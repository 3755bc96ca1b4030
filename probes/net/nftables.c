/*
 * Does nf_tables filter packets in a network namespace of one's own? (probes.md row 207.)
 *
 * A table, a chain on the output hook and a rule are committed in one batch; the rule drops
 * UDP packets to one port. A packet to it arrives before (the control), and is EPERM for its
 * sender afterwards. EPROTONOSUPPORT for the socket and EOPNOTSUPP for the batch are a kernel
 * without nfnetlink or nf_tables.
 */
#include "nft.h"

static struct verdict ask(const struct ask *a)
{
	static const struct nft_rule rule = { .table = "pl_nftables",
		.type = "filter",
		.hook = NF_INET_LOCAL_OUT,
		.port = PORT_NFTABLES,
		.drop = true };

	return nft_drops(a, &rule);
}

const struct probe probe_net_nftables = {
	.about = "nf_tables filters packets in a network namespace of one's own",
	.how = "Table, chain and rule in one batch; the rule drops UDP packets to one "
	       "port. One sent there arrives before, and is EPERM afterwards.",
	.man = "nft(8)",
	.since = "3.13",
	.kconfig = "CONFIG_NF_TABLES CONFIG_NF_TABLES_IPV4",
	.needed_by = "netavark, docker (nftables), kube-proxy (nftables), iptables-nft",
	.blocked_by = "seccomp; AppArmor (userns restriction); "
		      "kernel.unprivileged_userns_clone=0",
	.modules = NFT_MODULES,
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
