/*
 * Can an interface be made whose Ethernet frames a program reads and writes: tap? (probes.md
 * row 206.) Virtual machines in pods and slirp4netns are connected by it.
 *
 * To send an IP packet through it the kernel first asks for the Ethernet address of the
 * destination: that frame must be read from the descriptor; the control is that nothing is
 * read before. The errnos are those of net/tun.
 */
#include <linux/if_tun.h>
#include <string.h>

#include "tuntap.h"

#define OWN 0xc6336461 /* 198.51.100.97, RFC 5737: for documentation, nobody's */

/* An ARP request (type 0x0806) for that address? */
static bool is_it(const uint8_t *data, size_t len, uint32_t to)
{
	uint32_t addr = htonl(to);

	return len >= 42 && data[12] == 0x08 && data[13] == 0x06 &&
		!memcmp(data + 38, &addr, sizeof(addr));
}

static struct verdict ask(const struct ask *a)
{
	return tuntap_ask(a, "pl_tap", IFF_TAP, OWN, PORT_TAP, is_it);
}

const struct probe probe_net_tap = {
	.about = "a program can be the other end of an interface for Ethernet frames",
	.how = "TUNSETIFF on /dev/net/tun in a network namespace of one's own; what the "
	       "kernel sends through the interface is read from the descriptor, and "
	       "nothing before.",
	.man = "Documentation/networking/tuntap.rst",
	.since = "3.8",
	.kconfig = "CONFIG_TUN",
	.needed_by = "slirp4netns, Kata Containers, KubeVirt",
	.blocked_by =
		"a /dev without net/tun, or mode 0600 (EACCES); device rules of the cgroup "
		"(EPERM); seccomp",
	.modules = "char-major-10-200",
	.needs = PROBE_NEEDS_NETNS | PROBE_SHARES,
	.calls = CALLS(openat, ioctl),
	.ask = ask,
};
