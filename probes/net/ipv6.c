/*
 * Is there IPv6? (probes.md row 214.)
 *
 * A packet sent to ::1 must arrive; the control is that an address which nobody has cannot be
 * bound (EADDRNOTAVAIL). EAFNOSUPPORT is a kernel without IPv6, or one booted with
 * ipv6.disable=1, or a filter: each is told from the others. No ::1 on lo is the sysctl
 * disable_ipv6, that new namespaces may inherit.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "packet.h"

static struct verdict no_family(const struct ask *a, int err)
{
	struct verdict v = answer_refused(a, "socket(AF_INET6)", err);
	char text[16];

	if (err != EAFNOSUPPORT)
		return v;
	if (env_number(a->env, "/sys/module/ipv6/parameters/disable") == 1) {
		v = answer_denied("sysctl", "the kernel was booted with ipv6.disable=1",
			"take ipv6.disable=1 from the kernel's command line",
			"socket(AF_INET6): %s (EAFNOSUPPORT)", strerror(err));
	} else if (env_file(a->env, "/proc/sys/net/ipv6/conf/lo/disable_ipv6", text,
			   sizeof(text)) >= 0) {
		v = answer_denied("seccomp",
			"the kernel has IPv6 (/proc/sys/net/ipv6), so a seccomp filter "
			"answers EAFNOSUPPORT",
			"allow AF_INET6 in the filter (systemd: RestrictAddressFamilies=)",
			"socket(AF_INET6): %s (EAFNOSUPPORT)", strerror(err));
	}
	VERDICT_TEXT(v.stage, "socket(AF_INET6)");
	v.err = err;
	return v;
}

static int try_address(int fd, const struct in6_addr *addr, uint16_t port)
{
	struct sockaddr_in6 sin = {
		.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = *addr
	};

	return bind(fd, (struct sockaddr *)&sin, sizeof(sin)) < 0 ? errno : 0;
}

static struct verdict no_address(const struct ask *a, int err)
{
	if (err != EADDRNOTAVAIL)
		return answer_refused(a, "bind(::1)", err);
	if (env_number(a->env, "/proc/sys/net/ipv6/conf/lo/disable_ipv6") != 1)
		return answer_fail("lo is up, but has no ::1 (EADDRNOTAVAIL)");
	struct verdict v = answer_denied("sysctl",
		"sysctl net.ipv6.conf.lo.disable_ipv6 is 1 in a new network namespace",
		"sysctl -w net.ipv6.conf.all.disable_ipv6=0 in it; or on the host, with "
		"net.core.devconf_inherit_init_net=1, or ipv6.disable_ipv6=1 at boot",
		"bind(::1): %s (EADDRNOTAVAIL)", strerror(err));
	VERDICT_TEXT(v.stage, "bind(::1)");
	v.err = err;
	return v;
}

static struct verdict ask(const struct ask *a)
{
	static const struct in6_addr nobodys = { { { 0x20, 1, 0xd, 0xb8, [15] = 1 } } };
	struct sockaddr_in6 to = { .sin6_family = AF_INET6,
		.sin6_port = htons(PORT_IPV6),
		.sin6_addr = in6addr_loopback };
	struct verdict v;

	if (lo_up(a, &v) < 0)
		return v;
	_cleanup_close_ int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return no_family(a, errno);
	if (try_address(fd, &nobodys, PORT_IPV6) == 0)
		return answer_error("bind", 0,
			"the control failed: an address that nobody has can be bound");
	int err = try_address(fd, &in6addr_loopback, PORT_IPV6);
	if (err)
		return no_address(a, err);
	int r = sendto(fd, "plimsoll", 8, 0, (struct sockaddr *)&to, sizeof(to)) < 0
		? -errno
		: 0;
	if (udp_denied(a, r, &v))
		return v;
	if (r < 0 || !udp_arrived(fd, NULL))
		return answer_fail(
			"::1 could be bound, but a packet to it does not arrive");
	return answer_pass(
		"a packet to ::1 arrived; an address that nobody has could not be "
		"bound");
}

const struct probe probe_net_ipv6 = {
	.about = "containers can have IPv6",
	.how = "A UDP packet to ::1 in a network namespace of one's own. The control is "
	       "that an address which nobody has cannot be bound.",
	.man = "ipv6(7)",
	.kconfig = "CONFIG_IPV6",
	.needed_by = "Kubernetes dual stack, docker --ipv6, netavark",
	.blocked_by = "ipv6.disable=1 (EAFNOSUPPORT); net.ipv6.conf.*.disable_ipv6 "
		      "(EADDRNOTAVAIL); systemd RestrictAddressFamilies=",
	.modules = "net-pf-10",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(socket, bind, sendto),
	.ask = ask,
};
