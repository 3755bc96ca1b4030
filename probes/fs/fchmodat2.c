/*
 * Does fchmodat2(2) change permissions, and not through a symbolic link? (probes.md row
 * 152.) Without it a C library needs /proc for that, which an image's setup may not have.
 *
 * The file is in memory. By its link in /proc/self/fd its mode must change; with
 * AT_SYMLINK_NOFOLLOW, which means the link itself, it must stay: the control. By the
 * descriptor (AT_EMPTY_PATH) it must change again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "answer.h"
#include "uapi/memfd.h"
#include "uapi/mount.h"

static int change(int dir, const char *path, unsigned mode, int flags)
{
	return syscall(SYS_fchmodat2, dir, path, mode, flags);
}

static unsigned mode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) < 0 ? ~0u : st.st_mode & 07777;
}

static struct verdict judge(const struct ask *a, int fd, const char *link)
{
	if (change(AT_FDCWD, link, 0640, 0) < 0)
		return answer_refused(a, "fchmodat2", errno);
	if (mode_of(fd) != 0640)
		return answer_fail(
			"fchmodat2 succeeded, but the mode is %04o", mode_of(fd));
	if (change(AT_FDCWD, link, 0600, AT_SYMLINK_NOFOLLOW) == 0 || mode_of(fd) != 0640)
		return answer_fail(
			"fchmodat2 with AT_SYMLINK_NOFOLLOW changed what a link leads "
			"to");
	if (change(fd, "", 0400, AT_EMPTY_PATH) < 0)
		return answer_refused(a, "fchmodat2(EMPTY_PATH)", errno);
	if (mode_of(fd) != 0400)
		return answer_fail(
			"fchmodat2 with AT_EMPTY_PATH succeeded, but the mode is %04o",
			mode_of(fd));
	return answer_pass(
		"a file's mode changed by a link to it and by its descriptor, and not "
		"by the link with AT_SYMLINK_NOFOLLOW");
}

static struct verdict ask(const struct ask *a)
{
	char link[320];

	_cleanup_close_ int fd = memfd_quiet("plimsoll-mode");
	if (fd < 0)
		return answer_refused(a, "memfd_create", errno);
	snprintf(link, sizeof(link), "%s/proc/self/fd/%d", a->env->prefix, fd);
	if (fchmod(fd, 0600) < 0)
		return answer_error(
			"fchmod", errno, "the mode of a memfd cannot be changed");
	return judge(a, fd, link);
}

const struct probe probe_fs_fchmodat2 = {
	.about = "permissions can be changed without following a symbolic link",
	.how = "A file's mode must change by a link to it and by its descriptor, and "
	       "stay when the link itself is meant.",
	.man = "fchmodat2(2)",
	.since = "6.6",
	.needed_by = "glibc and musl in images, systemd",
	.blocked_by = "seccomp (EPERM by profiles older than the call)",
	.needs = PROBE_SHARES,
	.calls = CALLS(fchmodat2),
	.ask = ask,
};
