/* netkit in <linux/if_link.h> (6.7), for headers older than the kernel: an enum there. */
#ifndef PLIMSOLL_UAPI_NETKIT_H
#define PLIMSOLL_UAPI_NETKIT_H

#define PLIMSOLL_IFLA_NETKIT_PEER_INFO 1

#endif
