/*
 * config.json (runtime-spec, config.md and config-linux.md), read once and checked whole:
 * the type, range and form of every property that we know. So that what reads it
 * afterwards may take it as it is: json_integer_value() of what is there is in range, a
 * list of strings holds strings.
 *
 * What the specification does not define is ignored, as it demands. What it defines and
 * we do not do (linux.intelRdt, linux.netDevices, linux.memoryPolicy) is refused by name.
 * What is null is not there afterwards; so is an empty hostname, domainname, label,
 * profile, cgroupsPath, ..., and a blockIO weight of 0.
 *
 * A uint64 above INT64_MAX (a limit without limit) is there as the negative integer of
 * the same 64 bits: (uint64_t)json_integer_value() is right. Written out with json_dumpf()
 * it could not be read again; config_write() writes what was read.
 */
#ifndef PLIMSOLL_REFERENCE_CONFIG_H
#define PLIMSOLL_REFERENCE_CONFIG_H

#include <jansson.h>
#include <stdbool.h>

#include "fail.h"

#define CONFIG_MAX (16u << 20) /* bytes; a longer one is refused */

struct config {
	json_t *json;    /* all of it; owned */
	json_t *process; /* these are borrowed, NULL where it has none */
	json_t *root;
	json_t *mounts;
	json_t *hooks;
	json_t *os; /* "linux", which is a macro in GNU C */
	char *text; /* as it was read; owned */
	size_t length;
};

/* Reads and checks DIRFD/NAME. 0, or -errno with the file, the line or the field in `f`.
 */
int config_load(int dirfd, const char *name, struct config *ret, struct failure *f);

/* The same for a process object by itself (exec --process). The caller owns it. */
int config_load_process(const char *path, json_t **ret, struct failure *f);

/* The same for linux.resources by itself (update --resources; "-" is stdin). */
int config_load_resources(const char *path, json_t **ret, struct failure *f);

void config_release(struct config *c);
#define _cleanup_config_ _cleanup_(config_release)

/* Writes config.json as it was read; 0 or -errno. */
int config_write(const struct config *c, int fd);

/* What stands at "process.user.uid"; borrowed, NULL if it is not there. */
json_t *config_get(const json_t *object, const char *dotted);
/* The same as string (NULL if not there), integer or boolean (`otherwise` if not there).
 */
const char *config_string(const json_t *object, const char *dotted);
long long config_integer(const json_t *object, const char *dotted, long long otherwise);
bool config_true(const json_t *object, const char *dotted);

/* The member of linux.namespaces of a type ("pid", "mount", ...), or NULL. */
json_t *config_namespace(const struct config *c, const char *type);

/* Is it there, without a path: to be made new? */
bool config_new_namespace(const struct config *c, const char *type);

#endif
