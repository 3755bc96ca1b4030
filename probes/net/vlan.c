/*
 * Can an interface for a VLAN (802.1Q) be made? (probes.md row 203.)
 *
 * It is put over a veth: lo cannot carry VLANs, which is EOPNOTSUPP, too, and would be taken
 * for a kind that is not there. Its number is read back.
 */
#include <linux/if_link.h>
#include <linux/netlink.h>

#include "netlink.h"

#define VLAN 1042

static void put_id(struct nlmsghdr *m, const void *arg)
{
	mnl_attr_put_u16(m, IFLA_VLAN_ID, VLAN);
}

static struct verdict ask(const struct ask *a)
{
	struct link_spec spec = { "vlan", "pl_vlan", .data = put_id };
	_cleanup_nl_ struct nl nl = { 0 };
	struct link link;
	struct verdict v;
	uint16_t id;

	if (nl_open(a, &nl, NETLINK_ROUTE, &v) < 0 ||
		link_make_over(a, &nl, &spec, &link, &v) < 0)
		return v;
	if (!link_data(&link, IFLA_VLAN_ID, &id, sizeof(id)) || id != VLAN)
		return answer_fail("VLAN %d was asked for, and another made", VLAN);
	return answer_pass("VLAN %d is there, over the interface it was asked for", VLAN);
}

const struct probe probe_net_vlan = {
	.about =
		"an interface for a VLAN can be made in a network namespace of one's own",
	.how = "A VLAN is made over a veth; its number and the interface below it are read "
	       "back.",
	.man = "rtnetlink(7)",
	.kconfig = "CONFIG_VLAN_8021Q",
	.needed_by = "CNI vlan plugin, multus",
	.blocked_by = "seccomp; a module that is not loaded (EOPNOTSUPP)",
	.modules = "rtnl-link-vlan rtnl-link-veth",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
