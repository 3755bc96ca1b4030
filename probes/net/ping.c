/*
 * Can a pod ping without CAP_NET_RAW: net.ipv4.ping_group_range? (probes.md row 216.)
 *
 * By default no group may open a ping socket (EACCES, the control). With the range "0 0",
 * which is mapped in any user namespace, group 0 may, and the answer to an echo request over
 * lo must come. Both ends of the range have to be mapped: "0 2147483647" is EINVAL otherwise.
 * The range cannot be set back where its old ends are not mapped: so nobody shares it.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/icmp.h>

#include "packet.h"
#include "sysctl.h"

static int ping_socket(void)
{
	return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP);
}

static bool echo(int fd)
{
	struct sockaddr_in to = udp_addr(INADDR_LOOPBACK, 0);
	struct icmphdr ping = { .type = ICMP_ECHO, .un.echo.sequence = htons(42) }, pong;
	struct pollfd ready = { fd, POLLIN, 0 };

	return sendto(fd, &ping, sizeof(ping), 0, (struct sockaddr *)&to, sizeof(to)) ==
		sizeof(ping) &&
		poll(&ready, 1, 2000) > 0 &&
		recv(fd, &pong, sizeof(pong), 0) == sizeof(pong) &&
		pong.type == ICMP_ECHOREPLY &&
		pong.un.echo.sequence == ping.un.echo.sequence;
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;
	char old[64];

	_cleanup_close_ int before = ping_socket();
	int err = errno;
	if (before >= 0)
		return answer_fail(
			"a ping socket could be opened though the range of a new "
			"network namespace is empty");
	if (err != EACCES)
		return answer_refused(a, "socket(IPPROTO_ICMP)", err);
	if (lo_up(a, &v) < 0 ||
		sysctl_set(a, "ipv4/ping_group_range", "0 0", old, sizeof(old), &v) < 0)
		return v;
	_cleanup_close_ int fd = ping_socket();
	if (fd < 0)
		return answer_fail(
			"the range includes this group, but no ping socket could be "
			"opened (%s)",
			strerror(errno));
	if (!echo(fd))
		return answer_fail(
			"a ping socket was opened, but 127.0.0.1 does not answer");
	return answer_pass(
		"a ping socket was EACCES, and once the range included the group it "
		"could be opened and 127.0.0.1 answered");
}

const struct probe probe_net_ping = {
	.about = "a pod can let its processes ping without CAP_NET_RAW",
	.how = "net.ipv4.ping_group_range is set in a network namespace of one's own and "
	       "127.0.0.1 pinged; before the socket must be EACCES.",
	.man = "icmp(7)",
	.since = "3.0",
	.kconfig = "CONFIG_NET_NS",
	.needed_by =
		"Kubernetes safe sysctls, rootless podman, docker (default in containers)",
	.blocked_by =
		"/proc/sys mounted read-only (EROFS); ends of the range that are not "
		"mapped (EINVAL); seccomp",
	.needs = PROBE_NEEDS_NETNS,
	.calls = CALLS(socket, openat, write),
	.ask = ask,
};
