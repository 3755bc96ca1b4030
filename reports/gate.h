/*
 * What a record counts for where things pass or do not: exit codes, and the formats that a CI
 * system turns red by. Of a record that was compared only what is new or worse counts.
 */
#ifndef PLIMSOLL_GATE_H
#define PLIMSOLL_GATE_H

#include "record.h"

enum gate {
	GATE_PASS,
	GATE_SKIP,  /* not asked, or not there: absent, denied, gone */
	GATE_KNOWN, /* it fails as it did in the run it is compared with */
	GATE_FAIL,  /* fail; or what the other run had and this has not */
	GATE_ERROR, /* nobody knows */
	GATE_COUNT,
};

/* "pass", "skip", "known", "fail", "error". */
const char *gate_name(enum gate gate);

/* Of a record that has a verdict; of an env or an end: GATE_SKIP. */
enum gate gate_of(const struct record *rec);

/*
 * Why it counts so, in a few words of ours and of the record: "absent: no such call", "was pass
 * before", "known: fails as before". Written into `text`, which is returned; "" for a pass.
 */
const char *gate_reason(const struct record *rec, char *text, size_t size);

#endif
