/* What the kernel says of its cgroup2 in /sys/kernel/cgroup. */
#ifndef PLIMSOLL_CGROUP_FEATURE_H
#define PLIMSOLL_CGROUP_FEATURE_H

#include "answer.h"

/* Does the kernel know this mount option of cgroup2? Says whether it is on here, too. */
struct verdict cgroup_feature(const struct ask *a, const char *option);

/* A file of /sys/kernel/cgroup ("features") gave `err` when it was read. */
struct verdict cgroup_sysfs_refused(const struct ask *a, const char *file, int err);

#endif
