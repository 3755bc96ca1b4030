/*
 * The Test Anything Protocol, version 13: for harnesses that refuse a document whose first
 * line says 14, such as Debian 12's prove. Nothing else differs: version 14 was made from
 * what producers of version 13 already wrote.
 */
#include <errno.h>

#include "tap.h"

static int begin(void *state, const struct report_to *to)
{
	return fputs("TAP version 13\n", to->out) < 0 ? -EIO : 0;
}

const struct reporter reporter_tap13 = {
	.about = "the same, said to be version 13: for prove, which knows no later one",
	.state_size = sizeof(struct tap_state),
	.begin = begin,
	.record = tap_record,
	.end = tap_end,
};
