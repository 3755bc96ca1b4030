#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "device.h"

int device_known(const struct env *env, const char *misc)
{
	char text[8192], name[64];

	if (env_file(env, "/proc/misc", text, sizeof(text)) < 0)
		return -1;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (sscanf(line, "%*d %63s", name) == 1 && !strcmp(name, misc))
			return 1;
	return 0;
}

static struct verdict denied(const char *layer, const char *path, int err,
	const char *cause, const char *remedy)
{
	struct verdict v =
		answer_denied(layer, cause, remedy, "%s: %s", path, strerror(err));

	VERDICT_TEXT(v.stage, "openat");
	v.err = err;
	return v;
}

static struct verdict missing(
	const struct ask *a, const char *path, const char *misc, int err)
{
	char remedy[200];

	if (device_known(a->env, misc) != 1)
		return answer_refused(a, "openat(device)", err);
	snprintf(remedy, sizeof(remedy),
		"give the container the device (docker, podman: --device %s)", path);
	return denied("permission", path, err,
		"the kernel has the driver, but there is no node for it here", remedy);
}

static struct verdict forbidden(const struct ask *a, const char *path, int err)
{
	struct statvfs fs;
	struct stat st;
	char cause[200];

	if (statvfs(path, &fs) == 0 && (fs.f_flag & ST_NODEV))
		return denied("mount", path, err, "its file system is mounted nodev",
			"bind-mount the node from the host's /dev");
	snprintf(cause, sizeof(cause), "its permissions do not let this asker open it");
	if (stat(path, &st) == 0 && a->own_userns) /* where owners look unmapped */
		snprintf(cause, sizeof(cause),
			"its mode is %04o: this asker may not open it",
			st.st_mode & 07777);
	else if (stat(path, &st) == 0)
		snprintf(cause, sizeof(cause),
			"its mode is %04o, its owner %u:%u: this asker may not open it",
			st.st_mode & 07777, st.st_uid, st.st_gid);
	return denied("permission", path, err, cause,
		"ask as root, add the user to the node's group, or set its mode by a udev rule");
}

int device_open(const struct ask *a, const char *path, const char *misc,
	struct verdict *ret_refused)
{
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC), err = errno;
	struct stat st;

	if (fd >= 0)
		return fd;
	if (err == ENOENT)
		*ret_refused = missing(a, path, misc, err);
	else if (err == EACCES)
		*ret_refused = forbidden(a, path, err);
	else
		*ret_refused = answer_refused(a, "openat(device)", err);
	if (err == EPERM && !strcmp(ret_refused->layer, "unproven") &&
		stat(path, &st) == 0)
		*ret_refused = denied("cgroup", path, err,
			"unproven: the device rules of this process's cgroup, or an LSM",
			"allow the device for the container or service (docker, podman: --device; "
			"systemd: DeviceAllow=)");
	return -1;
}
