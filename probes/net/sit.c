/*
 * Can IPv6 be carried in IPv4: is there the tunnel sit? (probes.md row 205.)
 *
 * Its other end is read back. It is down when made (the control) and up when set up.
 * EOPNOTSUPP is a kernel that does not know the kind, or has not its module.
 */
#include <linux/if.h>
#include <linux/if_tunnel.h>

#include "interface.h"

static struct verdict ask(const struct ask *a)
{
	static const struct ip_tunnel tunnel = { "sit", "pl_sit", IFLA_IPTUN_LOCAL,
		IFLA_IPTUN_REMOTE };

	return link_ask_ip_tunnel(a, &tunnel);
}

const struct probe probe_net_sit = {
	.about = "IPv6 packets can be carried over an IPv4 network",
	.how = "A tunnel is made in a network namespace of one's own, its addresses are "
	       "read back and it is set up; it must be down before.",
	.man = "rtnetlink(7)",
	.kconfig = "CONFIG_IPV6_SIT",
	.needed_by = "IPv6 over IPv4 between nodes",
	.blocked_by = "seccomp; a module that is not loaded (EOPNOTSUPP)",
	.modules = "rtnl-link-sit",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
