/* What a guest said, and what we know of it, put together as a run of records. */
#ifndef PLIMSOLL_HARVEST_H
#define PLIMSOLL_HARVEST_H

#include "boot.h"
#include "watch.h"

struct seen {
	const struct watch *watch;
	const struct cargo *cargo;     /* NULL: nothing was booted */
	const struct machine *machine; /* NULL likewise */
	struct verdict verdict;
	double ms;
};

/*
 * The run: its env with what is known of the kernel's origin, its records, a `boot` record,
 * its end. A run that was cut short in the guest is made whole, and its boot record says why.
 */
json_t *harvest(const struct boot *b, const struct seen *seen);

#endif
