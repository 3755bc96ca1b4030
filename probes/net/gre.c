/*
 * Can a GRE tunnel be made? (probes.md row 205.)
 *
 * Its other end is read back. It is down when made (the control) and up when set up.
 * EOPNOTSUPP is a kernel that does not know the kind, or has not its module.
 */
#include <linux/if.h>
#include <linux/if_tunnel.h>

#include "interface.h"

static struct verdict ask(const struct ask *a)
{
	static const struct ip_tunnel tunnel = { "gre", "pl_gre", IFLA_GRE_LOCAL,
		IFLA_GRE_REMOTE };

	return link_ask_ip_tunnel(a, &tunnel);
}

const struct probe probe_net_gre = {
	.about = "IP packets can be carried in GRE between nodes",
	.how = "A tunnel is made in a network namespace of one's own, its addresses are "
	       "read back and it is set up; it must be down before.",
	.man = "rtnetlink(7)",
	.kconfig = "CONFIG_NET_IPGRE",
	.needed_by = "Open vSwitch networks, antrea",
	.blocked_by = "seccomp; a module that is not loaded (EOPNOTSUPP)",
	.modules = "rtnl-link-gre",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
