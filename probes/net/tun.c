/*
 * Can an interface be made whose packets a program reads and writes: tun? (probes.md row 206.)
 * VPNs in pods and the networks of rootless containers are made of it.
 *
 * An IP packet sent through it must be read from its descriptor; the control is that nothing
 * is read before. ENOENT is a /dev without the node: whether the kernel has the driver is then
 * looked up in /proc/misc. EACCES is a node this user may not open (mode 0600), EPERM a device
 * that the cgroup does not allow.
 */
#include <linux/if_tun.h>
#include <string.h>

#include "tuntap.h"

#define OWN 0xc6336451 /* 198.51.100.81, RFC 5737: for documentation, nobody's */

/* An IPv4 packet to that address? */
static bool is_it(const uint8_t *data, size_t len, uint32_t to)
{
	uint32_t addr = htonl(to);

	return len >= 20 && data[0] >> 4 == 4 && data[9] == IPPROTO_UDP &&
		!memcmp(data + 16, &addr, sizeof(addr));
}

static struct verdict ask(const struct ask *a)
{
	return tuntap_ask(a, "pl_tun", IFF_TUN, OWN, PORT_TUN, is_it);
}

const struct probe probe_net_tun = {
	.about = "a program can be the other end of an interface for IP packets",
	.how = "TUNSETIFF on /dev/net/tun in a network namespace of one's own; a packet "
	       "sent through the interface is read from the descriptor, and nothing before.",
	.man = "Documentation/networking/tuntap.rst",
	.since = "3.8",
	.kconfig = "CONFIG_TUN",
	.needed_by =
		"slirp4netns, pasta, rootlesskit, VPN pods (tailscale, wireguard-go)",
	.blocked_by =
		"a /dev without net/tun, or mode 0600 (EACCES); device rules of the cgroup "
		"(EPERM); seccomp",
	.modules = "char-major-10-200",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(openat, ioctl),
	.ask = ask,
};
