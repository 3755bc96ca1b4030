/*
 * Files of a system whose root is a directory of this machine. Links in there, absolute ones
 * and such as climb, never lead out of it.
 */
#ifndef PLIMSOLL_SYSROOT_H
#define PLIMSOLL_SYSROOT_H

#include <limits.h>

/* The root as the others want it: without links; "" is this machine. 0 or -errno. */
int sysroot_init(const char *dir, char root[PATH_MAX]);

/* Where `path` of the system really is on this machine: 0 or -errno. */
int sysroot_resolve(const char *root, const char *path, char file[PATH_MAX]);

/* The same, and -EISDIR or -EACCES if it is no file that can be read. */
int sysroot_file(const char *root, const char *path, char file[PATH_MAX]);

/* What follows `dir` in a path below it; NULL if it is not below it. */
const char *path_below(const char *dir, const char *path);

#endif
