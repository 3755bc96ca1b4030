/*
 * Do packets over a bridge go through iptables: br_netfilter? (probes.md row 212.) Without it
 * the services of Kubernetes are out of reach for pods on the same node.
 *
 * net.bridge.bridge-nf-call-iptables is written in a network namespace of one's own and read
 * back. It is there only once the module br_netfilter is loaded, and nothing ever loads that by
 * itself: whether it could be is looked up. /proc/sys/net/ipv4 is the control that sysctls are
 * to be seen here at all.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "autoload.h"
#include "sysctl.h"

#define NAME "bridge/bridge-nf-call-iptables"
#define WORD "net.bridge.bridge-nf-call-iptables"

static struct verdict missing(const struct ask *a)
{
	char name[64], value[16];

	if (env_file(a->env, "/proc/sys/net/ipv4/ip_forward", value, sizeof(value)) < 0)
		return answer_denied("mask", "there is no /proc/sys/net here",
			"run with a /proc that is not masked",
			WORD " is not there (ENOENT)");
	enum module_state state =
		module_state(a->env, "br_netfilter", name, sizeof(name));
	if (state == MODULE_LOADABLE)
		return answer_denied("module",
			"the module br_netfilter is there and not loaded; the kernel never "
			"loads it by itself",
			"modprobe br_netfilter, and for later: echo br_netfilter > "
			"/etc/modules-load.d/br_netfilter.conf",
			WORD " is not there (ENOENT)");
	if (state == MODULE_UNSEEN &&
		env_file(a->env, "/proc/modules", value, sizeof(value)) > 0)
		return answer_denied("module",
			"the module br_netfilter is not loaded; whether there is one "
			"cannot be seen here: the kernel's modules are elsewhere",
			"modprobe br_netfilter on the host",
			WORD " is not there (ENOENT)");
	struct verdict v = answer_absent(WORD " is not there (ENOENT)%s",
		state == MODULE_UNSEEN
			? "; whether the module br_netfilter could be loaded "
			  "cannot be seen here"
			: ", and there is no module br_netfilter to load");
	VERDICT_TEXT(v.stage, "open(bridge-nf-call-iptables)");
	v.err = ENOENT;
	return v;
}

static struct verdict ask(const struct ask *a)
{
	char old[16];
	struct verdict v;

	long long before = env_number(a->env, "/proc/sys/net/" NAME);
	if (before == -ENOENT)
		return missing(a);
	if (sysctl_set(a, NAME, before ? "0" : "1", old, sizeof(old), &v) < 0)
		return v;
	sysctl_restore(a, NAME, old);
	if (env_number(a->env, "/proc/sys/net/" NAME) != before)
		return answer_fail(WORD " cannot be set back to what it was");
	return answer_pass("net." NAME
			   " was %lld, could be changed in a network namespace of "
			   "one's own, and set back",
		before);
}

const struct probe probe_net_br_netfilter = {
	.about = "packets between pods on a bridge go through iptables (br_netfilter)",
	.how = "net.bridge.bridge-nf-call-iptables is changed in a network namespace of "
	       "one's own, read back and set back. Where it is missing the module is "
	       "looked for.",
	.man = "Documentation/networking/ip-sysctl.rst",
	.since = "5.3",
	.kconfig = "CONFIG_BRIDGE_NETFILTER",
	.needed_by = "kubeadm, flannel, docker, kube-proxy with bridge CNI",
	.blocked_by = "the module br_netfilter is not loaded (ENOENT); /proc/sys mounted "
		      "read-only (EROFS)",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(openat, write),
	.ask = ask,
};
