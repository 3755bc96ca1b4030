/*
 * Can a BPF program decide about the packets of an interface: the classifier bpf of tc?
 * (probes.md row 213.)
 *
 * A classic program is put on lo that drops UDP packets to one port; in a user namespace of
 * one's own others may not be loaded, but it is the same classifier. A packet to that port
 * arrives before (the control), and not afterwards, when one to another port still does.
 * ENOENT for the filter is a kernel that has not the classifier.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "packet.h"
#include "tc.h"

/* Behind an Ethernet header of 14 and an IP header of 20 bytes: the port sent to. */
static const struct sock_filter program[] = {
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 23),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 3),
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 36),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PORT_CLS_BPF, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, TC_ACT_SHOT),
	BPF_STMT(BPF_RET | BPF_K, TC_ACT_OK),
};

static int add_filter(const struct ask *a, struct nl *nl, struct verdict *ret_refused)
{
	struct tcmsg *tc;
	struct nlmsghdr *m = nl_request(
		nl, RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, sizeof(*tc), &tc);

	tc->tcm_family = AF_UNSPEC;
	tc->tcm_ifindex = LO_INDEX;
	tc->tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS);
	tc->tcm_info = TC_H_MAKE(1 << 16, htons(ETH_P_ALL));
	mnl_attr_put_strz(m, TCA_KIND, "bpf");
	struct nlattr *nest = mnl_attr_nest_start(m, TCA_OPTIONS);
	mnl_attr_put_u16(m, TCA_BPF_OPS_LEN, ARRAY_SIZE(program));
	mnl_attr_put(m, TCA_BPF_OPS, sizeof(program), program);
	mnl_attr_put_u32(m, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
	mnl_attr_nest_end(m, nest);
	int r = nl_talk(nl, NULL, NULL);
	if (r == 0)
		return 0;
	*ret_refused = tc_refused(a, nl, "RTM_NEWTFILTER", "bpf", -r);
	return -1;
}

static struct verdict judge(int dropped, int passed)
{
	char byte;

	if (udp_send(passed, INADDR_LOOPBACK, PORT_CLS_BPF) < 0 ||
		udp_send(passed, INADDR_LOOPBACK, PORT_CLS_BPF_PASSED) < 0 ||
		!udp_arrived(passed, NULL))
		return answer_fail(
			"the program drops packets that it was to let through");
	if (recv(dropped, &byte, 1, MSG_DONTWAIT) >= 0 || errno != EAGAIN)
		return answer_fail("the program was accepted, but a packet that it drops "
				   "arrived");
	return answer_pass(
		"a packet that arrived before was dropped by the program, and one to "
		"another port still arrived");
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_nl_ struct nl nl = { 0 };
	struct qdisc clsact = CLSACT(LO_INDEX);
	struct verdict v;

	_cleanup_close_ int dropped = udp_on_lo(a, PORT_CLS_BPF, &v);
	if (dropped < 0)
		return v;
	_cleanup_close_ int passed =
		udp_bound(a, INADDR_LOOPBACK, PORT_CLS_BPF_PASSED, &v);
	if (passed < 0)
		return v;
	int r = udp_send(passed, INADDR_LOOPBACK, PORT_CLS_BPF);
	if (r < 0)
		return answer_refused(a, "sendto(udp)", -r);
	if (!udp_arrived(dropped, NULL))
		return answer_error("sendto(udp)", 0,
			"the control failed: a packet to 127.0.0.1 does not arrive");
	if (nl_open(a, &nl, NETLINK_ROUTE, &v) < 0 ||
		qdisc_add(a, &nl, &clsact, &v) < 0 || add_filter(a, &nl, &v) < 0)
		return v;
	return judge(dropped, passed);
}

const struct probe probe_net_cls_bpf = {
	.about = "BPF programs can decide about the packets of an interface (tc bpf)",
	.how = "A classic BPF program on lo drops UDP packets to one port. One sent there "
	       "arrives before and not afterwards; one to another port always does.",
	.man = "tc-bpf(8)",
	.kconfig = "CONFIG_NET_CLS_BPF CONFIG_NET_SCH_INGRESS CONFIG_NET_CLS_ACT",
	.needed_by = "cilium, calico (eBPF)",
	.blocked_by = "seccomp; a module that is not loaded (ENOENT)",
	.modules = "sch_clsact net-sch-clsact cls_bpf net-cls-bpf",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, sendto),
	.ask = ask,
};
