/*
 * Can a pod let its unprivileged processes use low ports: net.ipv4.ip_unprivileged_port_start?
 * (probes.md row 215.)
 *
 * A child without CAP_NET_BIND_SERVICE may not bind port 80 (EACCES, the control), but a high
 * one. Once the sysctl of its network namespace says 80 it may, and still not port 79.
 */
#include <errno.h>
#include <string.h>

#include "caps.h"
#include "packet.h"
#include "sysctl.h"

#define NAME "ipv4/ip_unprivileged_port_start"

/* Binds a socket to a port of all addresses: 0 or a positive errno. */
static int try_port(uint16_t port)
{
	struct sockaddr_in sin = udp_addr(INADDR_ANY, port);

	_cleanup_close_ int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return fd < 0 || bind(fd, (struct sockaddr *)&sin, sizeof(sin)) < 0 ? errno : 0;
}

static struct verdict judge(const struct ask *a, int before, int low, int high)
{
	if (before != EACCES || low != EACCES) {
		if (!before || !low)
			return answer_fail(
				"a port below the limit could be bound without "
				"CAP_NET_BIND_SERVICE");
		return answer_refused(a, "bind", before != EACCES ? before : low);
	}
	if (high)
		return answer_fail(
			"the sysctl says 80, but port 80 could not be bound (%s)",
			strerror(high));
	return answer_pass(
		"without CAP_NET_BIND_SERVICE port 80 was EACCES, and could be bound "
		"once the sysctl said 80; port 79 was still EACCES");
}

static struct verdict in_child(const struct ask *a, void *arg)
{
	struct verdict v;
	char old[16];

	if (caps_drop(CAP_BIT(CAP_NET_BIND_SERVICE)) < 0)
		return answer_error("capset", errno, "a capability cannot be given up");
	int free = try_port(PORT_UNPRIVILEGED);
	if (free)
		return answer_refused(a, "bind", free);
	int before = try_port(80);
	if (sysctl_set(a, NAME, "80", old, sizeof(old), &v) < 0)
		return v;
	int low = try_port(79), high = try_port(80);
	sysctl_restore(a, NAME, old);
	return judge(a, before, low, high);
}

static struct verdict ask(const struct ask *a)
{
	return ask_in_child(a, in_child, NULL);
}

const struct probe probe_net_unprivileged_ports = {
	.about = "a pod can let unprivileged processes listen on low ports",
	.how = "A process without CAP_NET_BIND_SERVICE binds ports 79 and 80, with "
	       "net.ipv4.ip_unprivileged_port_start at 80 and (the control) as it was.",
	.man = "ip(7)",
	.since = "4.11",
	.kconfig = "CONFIG_NET_NS",
	.needed_by =
		"Kubernetes safe sysctls, docker and containerd (default in containers)",
	.blocked_by = "/proc/sys mounted read-only (EROFS); LSM",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(bind, openat, write),
	.ask = ask,
};
