/*
 * Can the bandwidth of an interface be limited: tbf? (probes.md row 213.)
 *
 * It is put on an interface and read back with its rate; the control is that it is not there
 * before. ENOENT ("Specified qdisc kind is unknown") is a kernel that has not it, or not its
 * module.
 */
#include <linux/netlink.h>

#include "tc.h"

#define RATE  125000 /* bytes in a second */
#define BURST 100000 /* more than any interface's largest packet, or the log is told */

static void put_rate(struct nlmsghdr *m)
{
	struct tc_tbf_qopt opt = {
		.rate = { .linklayer = TC_LINKLAYER_ETHERNET, .rate = RATE },
		.limit = BURST,
		.buffer = 1000000,
	};

	mnl_attr_put(m, TCA_TBF_PARMS, sizeof(opt), &opt);
	mnl_attr_put_u32(m, TCA_TBF_BURST, BURST);
}

static int take_rate(const struct nlattr *attr, void *arg)
{
	const struct tc_tbf_qopt *opt = mnl_attr_get_payload(attr);

	if (mnl_attr_get_type(attr) == TCA_TBF_PARMS &&
		mnl_attr_get_payload_len(attr) >= sizeof(*opt))
		*(uint32_t *)arg = opt->rate.rate;
	return MNL_CB_OK;
}

static struct verdict ask(const struct ask *a)
{
	struct qdisc tbf = { .kind = "tbf",
		.handle = TC_H_MAKE(1 << 16, 0),
		.parent = TC_H_ROOT,
		.put = put_rate };
	_cleanup_nl_ struct nl nl = { 0 };
	struct verdict v;
	uint32_t rate = 0;

	if (nl_open(a, &nl, NETLINK_ROUTE, &v) < 0)
		return v;
	tbf.index = qdisc_interface(a, &nl, "pl_tbf", &v);
	if (tbf.index < 0)
		return v;
	qdisc_remove(&nl, &tbf);
	bool before = qdisc_is_there(&nl, &tbf, NULL, NULL);
	if (qdisc_add(a, &nl, &tbf, &v) < 0)
		return v;
	bool after = qdisc_is_there(&nl, &tbf, take_rate, &rate);
	qdisc_remove(&nl, &tbf);
	if (before || !after || rate != RATE)
		return answer_fail(
			"tbf with %d bytes/s was put on an interface without an "
			"error, and is not there",
			RATE);
	return answer_pass(
		"tbf with %d bytes/s is there once it was put on an interface, and "
		"was not before",
		RATE);
}

const struct probe probe_net_tbf = {
	.about = "the bandwidth of a container's interface can be limited (tc tbf)",
	.how = "tbf is put on an interface in a network namespace of one's own and read "
	       "back with its rate; before it must not be there.",
	.man = "tc-tbf(8)",
	.kconfig = "CONFIG_NET_SCH_TBF",
	.needed_by = "CNI bandwidth plugin (kubernetes.io/egress-bandwidth)",
	.blocked_by = "seccomp; a module that is not loaded (ENOENT)",
	.modules = "sch_tbf net-sch-tbf rtnl-link-veth",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
