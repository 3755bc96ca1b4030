/*
 * Can a VRF be made: an interface whose members have a routing table of their own? (probes.md
 * row 205.)
 *
 * Its table is read back, and an interface that is put in it names it as its master, which it
 * has not before (the control). EOPNOTSUPP is a kernel that does not know the kind.
 */
#include <linux/if_link.h>
#include <linux/netlink.h>

#include "netlink.h"

#define TABLE 1042

static void put_table(struct nlmsghdr *m, const void *arg)
{
	mnl_attr_put_u32(m, IFLA_VRF_TABLE, TABLE);
}

static struct verdict ask(const struct ask *a)
{
	struct link_spec spec = { "vrf", "pl_vrf", .data = put_table };
	_cleanup_nl_ struct nl nl = { 0 };
	struct link vrf, before, after;
	struct verdict v;
	uint32_t table;

	if (nl_open(a, &nl, NETLINK_ROUTE, &v) < 0 ||
		link_make(a, &nl, &spec, &vrf, &v) < 0)
		return v;
	if (!link_data(&vrf, IFLA_VRF_TABLE, &table, sizeof(table)) || table != TABLE)
		return answer_fail("a VRF was made with another table than asked for");
	int member = link_ether(a, &nl, "pl_vrfm", &v);
	if (member < 0 || link_get(a, &nl, member, &before, &v) < 0 ||
		link_enslave(a, &nl, member, vrf.index, &v) < 0 ||
		link_get(a, &nl, member, &after, &v) < 0)
		return v;
	if (before.master || after.master != vrf.index)
		return answer_fail(
			"an interface put in the VRF does not name it its master");
	return answer_pass(
		"a VRF with table %d is there, and the master of an interface that "
		"was put in it, and had none before",
		TABLE);
}

const struct probe probe_net_vrf = {
	.about = "interfaces can have a routing table of their own",
	.how = "A VRF is made in a network namespace of one's own and an interface put in "
	       "it. The interface's master is read before (none, the control) and "
	       "afterwards.",
	.man = "Documentation/networking/vrf.rst",
	.kconfig = "CONFIG_NET_VRF",
	.needed_by = "CNI vrf plugin, multus",
	.blocked_by = "seccomp; a module that is not loaded (EOPNOTSUPP)",
	.modules = "rtnl-link-vrf rtnl-link-veth",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
