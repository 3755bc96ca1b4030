/*
 * The kernel inside a bzImage. Unpacking itself is a quarter of an emulated boot; QEMU can
 * enter an unpacked x86 kernel by its PVH note (CONFIG_PVH) instead.
 */
#ifndef PLIMSOLL_PAYLOAD_H
#define PLIMSOLL_PAYLOAD_H

#include "kernel.h"

/*
 * The ELF image that the kernel's bzImage holds (Documentation/arch/x86/boot.rst,
 * payload_offset), in a new memfd. -ENOTSUP if it is none that QEMU can enter, or -errno.
 */
int payload_open(const struct kernel *k);

#endif
