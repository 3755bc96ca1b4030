/* Several guests side by side, as many as this machine carries. */
#ifndef PLIMSOLL_FLEET_H
#define PLIMSOLL_FLEET_H

#include "boot.h"

/*
 * Boots each of them and hands its records to the sink in their order. Under ACCEL_AUTO the
 * first guest tries KVM, and if it says nothing within seconds, all are emulated, which is
 * said on stderr. 0, or -errno with a sentence in `why` if it could not even be tried; a guest
 * that fails is an `error` record and no error here.
 */
int fleet_run(struct boot *boots, size_t count, const struct boot_options *opt,
	struct sink *sink, char *why, size_t why_size);

#endif
