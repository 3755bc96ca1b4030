/*
 * A case: one JSON file that states one obligation of a runtime and how to see it kept.
 * fixtures/schema/case.json says the same as a JSON Schema; this reader is as strict.
 *
 *   must | should | may  the obligation in our own words, at its RFC 2119 level
 *   id         the row, or rows, of the catalogue of behaviours
 *   spec       the clause it comes from; since: the spec version that brought it
 *   requires   probes; where one does not pass, the case is not asked, unless
 *   otherwise  is "refuse": then the runtime must refuse what the kernel cannot do; without
 *              requires it may refuse everywhere, and must if it cannot do it right
 *   config     an RFC 7396 merge patch on fixtures/base/config.json
 *   mounts     appended to the config's mounts
 *   host       what is prepared outside: mounts, dirs, files, links, namespaces
 *   rootfs     what is in the root file system besides: dirs, files, links
 *   steps      what is done; default: create, start, collect, delete
 *   observe    fact -> what is expected: a literal or one matcher
 *   without    the disproof: an RFC 6902 patch that takes the tested thing out of the bundle,
 *              or, at /steps, out of what is done, or, at /rootfs, of the root file system
 */
#ifndef PLIMSOLL_CASE_H
#define PLIMSOLL_CASE_H

#include <jansson.h>
#include <stdbool.h>

#include "fixtures.h"

struct kase {
	char *name; /* mount/rro, from its path below fixtures/cases */
	char *file; /* fixtures/cases/mount/rro.json, as messages show it */
	int line;   /* of its obligation, from 1 */
	json_t *json;
	/* Borrowed from json: */
	const char *level, *obligation, *spec;
	const json_t *requires, *config, *mounts, *host, *rootfs, *steps, *observe,
		*without;
	bool otherwise_refuse;
};

/*
 * Reads and checks one case. 0, or -EINVAL (-errno if it cannot be read) with a sentence in
 * `why` that names file, line and key.
 */
int case_load(const struct fixtures *fx, const char *path, struct kase *ret_case,
	char *why, size_t why_size);
void case_free(struct kase *k);

/* mount/rro for cases/mount/rro.json, canary for base/canary.json; free() it. */
char *case_name(const char *path);

/* Does the disproof change the bundle only, and not what is done with it? */
bool case_disproof_in_config(const struct kase *k);

#endif
