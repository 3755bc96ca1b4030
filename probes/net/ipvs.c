/*
 * Can load balancing in the kernel (IPVS) be configured in a network namespace? (probes.md row
 * 211.)
 *
 * A virtual service is made and read back; the control is that it is not there before (ESRCH).
 * ENOENT for the family is a kernel without ip_vs, or without its module. Kernels are seen to
 * let nobody but root of the initial user namespace configure it (EPERM, on a network where
 * all else may be), so that root is asked in a network namespace without a user namespace.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>

#include "packet.h"

#include <linux/ip_vs.h>

#define SERVICE 0xcb007107 /* 203.0.113.7, RFC 5737: for documentation, nobody's */
#define PORT    htons(80)

/* What names the service; `whole`: and all else that makes one. */
static void put_service(struct nlmsghdr *m, bool whole)
{
	struct ip_vs_flags flags = { 0, ~0u };
	uint32_t addr[4] = { htonl(SERVICE) };

	struct nlattr *nest = mnl_attr_nest_start(m, IPVS_CMD_ATTR_SERVICE);
	mnl_attr_put_u16(m, IPVS_SVC_ATTR_AF, AF_INET);
	mnl_attr_put_u16(m, IPVS_SVC_ATTR_PROTOCOL, IPPROTO_TCP);
	mnl_attr_put(m, IPVS_SVC_ATTR_ADDR, sizeof(addr), addr);
	mnl_attr_put_u16(m, IPVS_SVC_ATTR_PORT, PORT);
	if (whole) {
		mnl_attr_put_strz(m, IPVS_SVC_ATTR_SCHED_NAME, "none");
		mnl_attr_put(m, IPVS_SVC_ATTR_FLAGS, sizeof(flags), &flags);
		mnl_attr_put_u32(m, IPVS_SVC_ATTR_TIMEOUT, 0);
		mnl_attr_put_u32(m, IPVS_SVC_ATTR_NETMASK, ~0u);
	}
	mnl_attr_nest_end(m, nest);
}

static void hear(const struct nlmsghdr *m, void *arg)
{
	*(bool *)arg = true;
}

static int command(struct nl *nl, int family, uint8_t cmd, bool *ret_heard)
{
	struct genlmsghdr *g;
	struct nlmsghdr *m = nl_request(nl, family, 0, sizeof(*g), &g);

	g->cmd = cmd;
	g->version = IPVS_GENL_VERSION;
	put_service(m, cmd == IPVS_CMD_NEW_SERVICE);
	return nl_talk(nl, hear, ret_heard);
}

static struct verdict refused(
	const struct ask *a, struct nl *nl, const char *stage, int err)
{
	struct verdict v;

	if (nl->call || err != EPERM || lo_up(a, &v) < 0)
		return nl_refused(a, nl, stage, err);
	v = answer_denied("ownership",
		"this kernel lets only root of the initial user namespace configure IPVS, "
		"not the owner of a network namespace",
		"run what configures IPVS in a network namespace made by root without a "
		"user namespace",
		"%s: %s (EPERM); all else in this network namespace may be configured",
		stage, strerror(err));
	v.err = err;
	VERDICT_TEXT(v.stage, "%s", stage);
	return v;
}

/* Without a user namespace, if the asker may. 0, or -1 with *ret_refused. */
static int own_net(const struct ask *a, struct verdict *ret_refused)
{
	bool root = env_has_cap(a->env, CAP_SYS_ADMIN);

	if (unshare(root ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET) == 0)
		return 0;
	*ret_refused =
		answer_refused(a, root ? "unshare(net)" : "unshare(user,net)", errno);
	return -1;
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_nl_ struct nl nl = { 0 };
	struct verdict v;
	bool heard = false, unused;

	if (own_net(a, &v) < 0 || nl_open(a, &nl, NETLINK_GENERIC, &v) < 0)
		return v;
	int family = nl_family(a, &nl, IPVS_GENL_NAME, &v);
	if (family < 0)
		return v;
	int r = command(&nl, family, IPVS_CMD_GET_SERVICE, &unused);
	if (r == 0)
		return answer_fail("a virtual service is there that nobody has made");
	if (r != -ESRCH)
		return refused(a, &nl, "IPVS_CMD_GET_SERVICE", -r);
	if ((r = command(&nl, family, IPVS_CMD_NEW_SERVICE, &unused)) < 0)
		return refused(a, &nl, "IPVS_CMD_NEW_SERVICE", -r);
	r = command(&nl, family, IPVS_CMD_GET_SERVICE, &heard);
	if (r < 0 || !heard)
		return answer_fail(
			"a virtual service was made without an error, and is not "
			"there");
	return answer_pass(
		"a virtual service is there once it was made, and was not before "
		"(ESRCH)");
}

const struct probe probe_net_ipvs = {
	.about = "IPVS load balancing can be configured in a network namespace",
	.how = "A virtual service is made over generic netlink and read back; before it "
	       "must not be there.",
	.man = "ipvsadm(8)",
	.kconfig = "CONFIG_IP_VS",
	.needed_by = "kube-proxy (ipvs), docker swarm (routing mesh), cilium",
	.blocked_by =
		"seccomp; a module that is not loaded (ENOENT); a network owned by a "
		"user namespace (EPERM, seen up to 7.2)",
	.modules = "net-pf-16-proto-16-family-IPVS",
	.calls = CALLS(socket, sendto, unshare),
	.ask = ask,
};
