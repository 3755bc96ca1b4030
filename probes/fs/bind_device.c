/*
 * Can a container be given a device by a bind mount? (probes.md row 174.) In a user
 * namespace no node can be made, so that runtimes bind those of the host's /dev.
 *
 * /dev/null is bound onto a file: what opens there must be that device, and swallow a byte.
 * The control: once the bind mount is made nodev, opening it must be EACCES.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "answer.h"
#include "record.h"

/* 0 if it is /dev/null, or a positive errno. */
static int try_device(void)
{
	struct stat st;

	_cleanup_close_ int fd = open("node", O_RDWR | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return errno;
	return S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3) && write(fd, "", 1) == 1
		? 0
		: ENXIO;
}

/* The /dev that the node comes from may be nodev itself. */
static struct verdict refused(const struct ask *a, int err)
{
	struct statvfs fs;

	if (err != EACCES || statvfs("/dev/null", &fs) < 0 || !(fs.f_flag & ST_NODEV))
		return answer_refused(a, "openat(node)", err);
	return answer_denied("mount", "/dev is mounted nodev here",
		"run with a /dev of one's own, or without nodev on it",
		"opening the bound "
		"/dev/null: EACCES");
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_close_ int file = open("node", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (file < 0)
		return answer_error("open", errno, "the scratch tmpfs cannot be written");
	if (mount("/dev/null", "node", NULL, MS_BIND, NULL) < 0)
		return answer_refused(a, "mount(bind)", errno);
	int err = try_device();
	if (err)
		return refused(a, err);
	if (mount(NULL, "node", NULL,
		    MS_REMOUNT | MS_BIND | MS_NODEV | MS_NOSUID | MS_NOEXEC, NULL) < 0)
		return answer_refused(a, "mount(nodev)", errno);
	int nodev = try_device();
	if (nodev != EACCES)
		return answer_fail(
			"a device bound here opened though its mount is nodev: %s",
			nodev ? errno_name(nodev) : "no error");
	return answer_pass(
		"/dev/null, bound onto a file, opened as that device; with nodev it was EACCES");
}

const struct probe probe_fs_bind_device = {
	.about = "a container can be given a device by a bind mount",
	.how = "/dev/null is bound onto a file and opened there, and once more with nodev, which "
	       "must be EACCES.",
	.man = "mount(2)",
	.needed_by = "runc, crun, rootless engines",
	.blocked_by = "nodev on /dev; device cgroup; seccomp",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(mount),
	.ask = ask,
};
