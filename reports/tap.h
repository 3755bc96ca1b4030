/* What the versions of the Test Anything Protocol share; they differ in their first line. */
#ifndef PLIMSOLL_TAP_H
#define PLIMSOLL_TAP_H

#include "reporter.h"

struct tap_state {
	unsigned long points;
	bool in_run; /* an env record came, its end did not */
};

/* As in struct reporter. */
int tap_record(void *state, const struct report_to *to, const struct record *rec);
int tap_end(void *state, const struct report_to *to);

#endif
