/*
 * Can a path be opened as a handle on its mount? (probes.md row 1.) Without OPEN_TREE_CLONE
 * open_tree(2) is an open with O_PATH, which needs no privilege; the new mount calls take what
 * it returns.
 *
 * The descriptor must be closed on exec, stand for the same file on the same mount as the path
 * and, as O_PATH, not be readable. The controls: a path that is not there gives ENOENT and a
 * flag that no kernel has EINVAL, so that the call looks at what it is given. ENOSYS is a
 * kernel before 5.2.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "answer.h"
#include "uapi/mount.h"

#define NO_SUCH_FLAG 0x40000000

static bool same_place(int fd, const char *path)
{
	unsigned mask = STATX_INO | STATX_MNT_ID;
	struct statx a, b;

	return statx(fd, "", AT_EMPTY_PATH, mask, &a) == 0 &&
		statx(AT_FDCWD, path, 0, mask, &b) == 0 && a.stx_ino == b.stx_ino &&
		a.stx_dev_major == b.stx_dev_major &&
		a.stx_dev_minor == b.stx_dev_minor && a.stx_mnt_id == b.stx_mnt_id;
}

static struct verdict ask(const struct ask *a)
{
	char byte;

	_cleanup_close_ int fd = sys_open_tree(AT_FDCWD, "/", OPEN_TREE_CLOEXEC);
	if (fd < 0)
		return answer_refused(a, "open_tree", errno);
	if (!(fcntl(fd, F_GETFL) & O_PATH) || !(fcntl(fd, F_GETFD) & FD_CLOEXEC) ||
		read(fd, &byte, 1) >= 0 || errno != EBADF)
		return answer_fail(
			"open_tree gave a descriptor that is not an O_PATH one that is "
			"closed on exec");
	if (!same_place(fd, "/"))
		return answer_fail("open_tree(\"/\") opened something else than \"/\"");
	_cleanup_close_ int none =
		sys_open_tree(AT_FDCWD, "/plimsoll/none", OPEN_TREE_CLOEXEC);
	if (none >= 0 || errno != ENOENT)
		return answer_fail("open_tree opened a path that does not exist");
	_cleanup_close_ int flag = sys_open_tree(AT_FDCWD, "/", NO_SUCH_FLAG);
	if (flag >= 0 || errno != EINVAL)
		return answer_fail("open_tree took a flag that does not exist");
	return answer_pass(
		"it opened \"/\" as O_PATH, on the same mount; a path that is not there "
		"gave ENOENT");
}

const struct probe probe_mnt_open_tree = {
	.about = "open_tree(2) opens a path as a handle that the new mount calls take",
	.how = "The root directory is opened, and what the descriptor stands for compared "
	       "with it. A path that is not there must be ENOENT, an unknown flag EINVAL.",
	.man = "open_tree(2)",
	.since = "5.2",
	.needed_by = "runc, crun, systemd, LXC",
	.blocked_by = "seccomp (EPERM or ENOSYS)",
	.needs = PROBE_SHARES,
	.calls = CALLS(open_tree),
	.ask = ask,
};
