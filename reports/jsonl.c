/* The records themselves, one JSON object on each line. */
#include <errno.h>

#include "reporter.h"

static int begin(void *state, const struct report_to *to)
{
	return 0;
}

static int record(void *state, const struct report_to *to, const struct record *rec)
{
	int r = record_write(rec, to->out);
	if (r == 0 && to->live && fflush(to->out) == EOF)
		r = -errno;
	return r;
}

static int end(void *state, const struct report_to *to)
{
	return 0;
}

const struct reporter reporter_jsonl = {
	.about = "the records themselves, JSON Lines",
	.begin = begin,
	.record = record,
	.end = end,
};
