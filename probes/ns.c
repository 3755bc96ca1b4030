#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "ns.h"
#include "uapi/mount.h"

int ns_open(const struct env *env, const char *kind)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/ns/%s", kind);
	return env_open(env, path, O_RDONLY);
}

bool ns_same(int a, int b)
{
	struct stat st_a, st_b;

	return fstat(a, &st_a) == 0 && fstat(b, &st_b) == 0 &&
		st_a.st_dev == st_b.st_dev && st_a.st_ino == st_b.st_ino;
}

int ns_mount_sysfs(const char **ret_stage)
{
	*ret_stage = "fsopen(sysfs)";
	_cleanup_close_ int fs = sys_fsopen("sysfs", FSOPEN_CLOEXEC);
	if (fs < 0)
		return -1;
	*ret_stage = "fsconfig(sysfs)";
	if (sys_fsconfig(fs, PLIMSOLL_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -1;
	*ret_stage = "fsmount(sysfs)";
	return sys_fsmount(fs, FSMOUNT_CLOEXEC, 0);
}
