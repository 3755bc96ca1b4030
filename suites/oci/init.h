/* What the host sees of the container's process; between create and start, of the runtime's own. */
#ifndef PLIMSOLL_INIT_H
#define PLIMSOLL_INIT_H

#include <jansson.h>
#include <sys/types.h>

/*
 * How what it runs is kept from being overwritten, for whoever can reach it there: "sealed",
 * "nameless" (a copy that ends with the process), "read-only" (by a mount of its own), or
 * "named": a plain file. The errno's name if that cannot be seen. A new reference.
 */
json_t *init_exe(pid_t pid);

/*
 * Directories of the host's file systems that it holds, by a descriptor or as its working
 * directory, and that are not below its root: ways out of the container. An array of texts, or
 * a text if that cannot be seen; a new reference.
 */
json_t *init_dirs(pid_t pid);

#endif
