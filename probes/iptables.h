/* Questions about the tables of iptables-legacy, which are asked for on a raw socket. */
#ifndef PLIMSOLL_IPTABLES_H
#define PLIMSOLL_IPTABLES_H

#include "answer.h"

/*
 * Are the tables "filter" and "nat" there? `family` is AF_INET or AF_INET6. Each has to name
 * its own hooks, so that the one is the other's control.
 */
struct verdict iptables_ask(const struct ask *a, int family);

#endif
