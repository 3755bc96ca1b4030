/*
 * Can the sysctls of a network namespace be set by its owner? (probes.md row 217.) Those of a
 * pod (Kubernetes' safe sysctls among them) are set so.
 *
 * Each is changed, read back and set back. The control is one that is the whole kernel's,
 * net.core.rmem_max: it must not be open for writing here. ENOENT is a sysctl that this kernel
 * has not for each namespace. net.core.somaxconn is one that some have, but not for networks
 * owned by a user namespace: that is told.
 */
#include <errno.h>
#include <fcntl.h>

#include "sysctl.h"

static const struct {
	const char *name, *value;
} sysctls[] = {
	{ "ipv4/ip_forward", "1" },
	{ "ipv4/conf/all/route_localnet", "1" },
	{ "ipv4/ip_local_port_range", "40000 40999" },
	{ "ipv4/ip_local_reserved_ports", "40100" },
	{ "ipv4/tcp_syncookies", "2" },
	{ "ipv4/tcp_keepalive_time", "601" },
	{ "ipv4/tcp_keepalive_intvl", "61" },
	{ "ipv4/tcp_keepalive_probes", "5" },
	{ "ipv4/tcp_fin_timeout", "31" },
	{ "ipv4/tcp_rmem", "4096 65536 1048576" },
	{ "ipv4/tcp_wmem", "4096 65536 1048576" },
};

static struct verdict ask(const struct ask *a)
{
	char old[128];
	struct verdict v;

	for (size_t i = 0; i < ARRAY_SIZE(sysctls); i++) {
		if (sysctl_set(a, sysctls[i].name, sysctls[i].value, old, sizeof(old),
			    &v) < 0)
			return v;
		sysctl_restore(a, sysctls[i].name, old);
	}
	/* Older kernels keep those of net.core from the owners of user namespaces. */
	bool somaxconn =
		sysctl_set(a, "core/somaxconn", "1025", old, sizeof(old), &v) == 0;
	if (somaxconn)
		sysctl_restore(a, "core/somaxconn", old);
	else if (v.err != ENOENT)
		return v;
	_cleanup_close_ int fd =
		env_open(a->env, "/proc/sys/net/core/rmem_max", O_WRONLY);
	if (fd >= 0)
		return answer_fail(
			"net.core.rmem_max, which is the whole kernel's, may be "
			"written in a network namespace of one's own");
	return answer_pass(
		"%zu sysctls were changed and set back%s; net.core.rmem_max, the whole "
		"kernel's, could not be opened for it (%s)",
		ARRAY_SIZE(sysctls),
		somaxconn ? ", and net.core.somaxconn"
			  : "; net.core.somaxconn is not there",
		fd == -ENOENT ? "ENOENT" : "EACCES");
}

const struct probe probe_net_sysctls = {
	.about = "a pod can have network sysctls of its own",
	.how = "A dozen sysctls are changed in a network namespace of one's own, read back "
	       "and set back. The control is one that is the whole kernel's and must be "
	       "refused.",
	.man = "Documentation/networking/ip-sysctl.rst",
	.kconfig = "CONFIG_NET_NS CONFIG_SYN_COOKIES",
	.needed_by =
		"kubelet (pod sysctls), docker --sysctl, OCI linux.sysctl, CNI tuning plugin",
	.blocked_by = "/proc/sys mounted read-only (EROFS); LSM",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(openat, write),
	.ask = ask,
};
