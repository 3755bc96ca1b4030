/*
 * A read-only cgroup file system is seen by effect: in each one that is mounted here, a
 * cgroup is made and removed. Which ones there are, and where, depends on the version of
 * cgroups, so what is reported is only how they answered.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fact.h"

static int try_mkdir(const char *mount_point)
{
	char dir[PATH_MAX];

	snprintf(dir, sizeof(dir), "%s/plimsoll-write", mount_point);
	if (mkdir(dir, 0755) < 0)
		return errno;
	return rmdir(dir) < 0 ? errno : 0;
}

/* The mount point of a line of mountinfo(5), if that is a cgroup file system. */
static bool cgroup_mount(const char *line, char *mount_point)
{
	const char *type = strstr(line, " - cgroup");

	return type && sscanf(line, "%*s %*s %*s %*s %4095s", mount_point) == 1;
}

static void look(FILE *out, const char *path)
{
	_cleanup_fclose_ FILE *mounts = fopen("/proc/self/mountinfo", "re");
	char line[2 * PATH_MAX], mount_point[PATH_MAX];
	int seen[64], count = 0, i;

	if (!mounts) {
		say_errno(out, errno);
		return;
	}
	fputc('[', out);
	while (fgets(line, sizeof(line), mounts)) {
		if (!cgroup_mount(line, mount_point))
			continue;
		int err = try_mkdir(mount_point);
		for (i = 0; i < count && seen[i] != err; i++)
			;
		if (i < count || count == ARRAY_SIZE(seen))
			continue;
		fputs(count ? "," : "", out);
		say_errno(out, err);
		seen[count++] = err;
	}
	fputc(']', out);
}

const struct fact fact_cgroup_write = {
	.about =
		"a cgroup made and removed in every cgroup file system that is mounted: an array "
		"of the answers, \"ok\" or an errno, each once",
	.look = look,
};
