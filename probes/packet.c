#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/netlink.h>

#include "packet.h"

#define PATIENCE_MS 2000 /* for a machine that is too busy to run its soft interrupts */

struct sockaddr_in udp_addr(uint32_t addr, uint16_t port)
{
	return (struct sockaddr_in) { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(addr) };
}

int lo_up(const struct ask *a, struct verdict *ret_refused)
{
	_cleanup_nl_ struct nl nl = { 0 };

	if (nl_open(a, &nl, NETLINK_ROUTE, ret_refused) < 0)
		return -1;
	return link_up(a, &nl, LO_INDEX, ret_refused);
}

int udp_bound(
	const struct ask *a, uint32_t addr, uint16_t port, struct verdict *ret_refused)
{
	struct sockaddr_in sin = udp_addr(addr, port);
	int on = 1;

	_cleanup_close_ int fd =
		socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		*ret_refused = answer_refused(a, "socket(AF_INET)", errno);
		return -1;
	}
	setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin)) < 0) {
		*ret_refused = answer_refused(a, "bind", errno);
		return -1;
	}
	return TAKE_FD(fd);
}

int udp_on_lo(const struct ask *a, uint16_t port, struct verdict *ret_refused)
{
	if (lo_up(a, ret_refused) < 0)
		return -1;
	return udp_bound(a, INADDR_LOOPBACK, port, ret_refused);
}

int udp_send(int fd, uint32_t addr, uint16_t port)
{
	struct sockaddr_in sin = udp_addr(addr, port);

	return sendto(fd, "plimsoll", 8, 0, (struct sockaddr *)&sin, sizeof(sin)) < 0
		? -errno
		: 0;
}

bool udp_denied(const struct ask *a, int r, struct verdict *ret_refused)
{
	if (r != -EPERM && r != -EACCES)
		return false;
	*ret_refused = answer_refused(a, "sendto(udp)", -r);
	return true;
}

bool udp_arrived(int fd, struct sockaddr_in *ret_from)
{
	struct pollfd ready = { fd, POLLIN, 0 };
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char text[16];

	if (poll(&ready, 1, PATIENCE_MS) <= 0 ||
		recvfrom(fd, text, sizeof(text), 0, (struct sockaddr *)&from, &len) !=
			8 ||
		memcmp(text, "plimsoll", 8))
		return false;
	if (ret_from)
		*ret_from = from;
	return true;
}
