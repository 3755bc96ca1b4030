/*
 * Can a vxlan tunnel be made? (probes.md row 203.) It is the
 * usual network between nodes.
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
		.kind = "vxlan",
		.name = "pl_vxlan",
		.port = PORT_VXLAN,
		.number = 1042,
		.number_attr = IFLA_VXLAN_ID,
		.remote_attr = IFLA_VXLAN_GROUP,
		.port_attr = IFLA_VXLAN_PORT,
	};

	return link_ask_udp_tunnel(a, &tunnel);
}

const struct probe probe_net_vxlan = {
	.about = "pods of several nodes can be connected by a VXLAN tunnel",
	.how = "The tunnel is made in a network namespace of one's own, read back and set "
	       "up. Its UDP port could be bound before, and cannot be afterwards.",
	.man = "Documentation/networking/vxlan.rst",
	.kconfig = "CONFIG_VXLAN",
	.needed_by = "flannel, calico, cilium, k3s, docker overlay networks",
	.blocked_by = "seccomp; a module that is not loaded (EOPNOTSUPP)",
	.modules = "rtnl-link-vxlan",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
