/*
 * Can a geneve tunnel be made? (probes.md row 203.) Some
 * networks between nodes are made of it.
 *
 * Its number is read back, and setting it up must take its UDP port: the same port could be
 * bound before (the control) and is EADDRINUSE afterwards. EOPNOTSUPP is a kernel that does
 * not know the kind, or has not its module.
 */
#include <linux/if_link.h>

#include "interface.h"
#include "packet.h"

static struct verdict ask(const struct ask *a)
{
	static const struct udp_tunnel tunnel = {
		.kind = "geneve",
		.name = "pl_geneve",
		.port = PORT_GENEVE,
		.number = 1043,
		.number_attr = IFLA_GENEVE_ID,
		.remote_attr = IFLA_GENEVE_REMOTE,
		.port_attr = IFLA_GENEVE_PORT,
	};

	return link_ask_udp_tunnel(a, &tunnel);
}

const struct probe probe_net_geneve = {
	.about = "pods of several nodes can be connected by a GENEVE tunnel",
	.how = "The tunnel is made in a network namespace of one's own, read back and set "
	       "up. Its UDP port could be bound before, and cannot be afterwards.",
	.man = "rtnetlink(7)",
	.kconfig = "CONFIG_GENEVE",
	.needed_by = "cilium, antrea, OVN-Kubernetes",
	.blocked_by = "seccomp; a module that is not loaded (EOPNOTSUPP)",
	.modules = "rtnl-link-geneve",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
