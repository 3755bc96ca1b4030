/*
 * Witnesses that disagree with what a probe saw: the kernel's configuration, the release it
 * calls itself. Behaviour is believed; that they disagree is worth knowing (a backport, a
 * vendor's patch, something switched off).
 */
#ifndef PLIMSOLL_CONTRADICTION_H
#define PLIMSOLL_CONTRADICTION_H

#include <jansson.h>

#include "probe.h"

/* Appends each to the record's "contradictions". */
void contradictions_add(
	json_t *record, const struct probe *probe, const struct verdict *v);

/* Is the release `a` ("6.1.0-56-cloud") before the version `b` ("6.12")? */
bool release_before(const char *a, const char *b);

#endif
