#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>

#include "cgroup.h"
#include "cgroup_feature.h"
#include "cgroup_mounts.h"

#define SYSFS_MAGIC_ 0x62656572

struct verdict cgroup_sysfs_refused(const struct ask *a, const char *file, int err)
{
	struct statfs fs;
	char stage[64];

	snprintf(stage, sizeof(stage), "openat(cgroup/%s)", file);
	/* What is masked is another file system, or an empty one. */
	_cleanup_close_ int dir = env_open(a->env, "/sys/kernel/cgroup", O_PATH);
	_cleanup_close_ int kernel =
		dir < 0 ? env_open(a->env, "/sys/kernel", O_PATH) : -1;
	int seen = dir < 0 ? kernel : dir;
	if (err != ENOENT || *a->env->prefix ||
		(seen >= 0 && fstatfs(seen, &fs) == 0 && fs.f_type == SYSFS_MAGIC_))
		return answer_refused(a, stage, err);
	struct verdict v = answer_denied("mask",
		"sysfs is not mounted here, or something is mounted over /sys/kernel",
		"ask where /sys is mounted whole",
		"%s: ENOENT, and /sys/kernel is no sysfs", stage);
	VERDICT_TEXT(v.stage, "%s", stage);
	v.err = err;
	return v;
}

/* Is it on? A cgroup2 has the same options wherever it is mounted. 1, 0, -1: not seen. */
static int is_on(const struct ask *a, const char *option)
{
	_cleanup_free_ struct cgroup_mount *mounts = NULL;

	ssize_t n = cgroup_mounts(a->env->prefix, &mounts);
	for (ssize_t i = 0; i < n; i++)
		if (mounts[i].v2)
			return has_word(mounts[i].options, option);
	return -1;
}

struct verdict cgroup_feature(const struct ask *a, const char *option)
{
	char list[1024];

	ssize_t n = env_file(a->env, "/sys/kernel/cgroup/features", list, sizeof(list));
	if (n < 0)
		return cgroup_sysfs_refused(a, "features", -n);
	for (char *at = list; (at = strchr(at, '\n'));)
		*at = ' ';
	if (!has_word(list, option))
		return answer_absent(
			"/sys/kernel/cgroup/features does not list it: %.300s", list);
	int on = is_on(a, option);
	return answer_pass("/sys/kernel/cgroup/features lists %s; %s", option,
		on > 0            ? "it is on here"
			: on == 0 ? "the cgroup2 here is mounted without it"
				  : "no cgroup2 is mounted here");
}
