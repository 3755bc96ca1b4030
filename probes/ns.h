/* What the questions about namespaces share. */
#ifndef PLIMSOLL_NS_H
#define PLIMSOLL_NS_H

#include "answer.h"

/* Opens this process's own namespace of a kind ("user", "net"). A descriptor or -errno. */
int ns_open(const struct env *env, const char *kind);

/* Do both descriptors stand for the same namespace? Device and inode say so (ioctl_ns(2)). */
bool ns_same(int a, int b);

/*
 * Mounts a fresh sysfs that is attached nowhere. Returns its descriptor, or -1 and errno with
 * the stage that refused in *ret_stage.
 */
int ns_mount_sysfs(const char **ret_stage);

#endif
