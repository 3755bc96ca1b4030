/* Interfaces whose other end is a descriptor: /dev/net/tun. */
#ifndef PLIMSOLL_TUNTAP_H
#define PLIMSOLL_TUNTAP_H

#include <stddef.h>

#include "packet.h"

/*
 * Opens /dev/net/tun and makes an interface: `flag` is IFF_TUN or IFF_TAP. A descriptor that
 * never blocks, or -1 with *ret_refused.
 */
int tuntap_make(
	const struct ask *a, const char *name, short flag, struct verdict *ret_refused);

/*
 * The whole question: sets it up with the address `own` (of a /30) and sends a packet to
 * own + 1. is_it() must find that in what is read from the descriptor.
 */
struct verdict tuntap_ask(const struct ask *a, const char *name, short flag, uint32_t own,
	uint16_t port, bool (*is_it)(const uint8_t *data, size_t len, uint32_t to));

#endif
