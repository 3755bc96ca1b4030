/*
 * Can a mount be made not to follow symbolic links? (probes.md row 16.) What is on a volume is
 * the container's to write; a link there leads whom comes from outside astray.
 *
 * A file is opened through a link before, and must give ELOOP through the same link after
 * MOUNT_ATTR_NOSYMFOLLOW, while the file itself still opens and the link can be read. EINVAL
 * is a kernel before 5.14 only because MOUNT_ATTR_NOEXEC is taken on the same mount.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "tree.h"
#include "uapi/mount.h"

/* 0 or a positive errno. */
static int try_open(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? errno : 0;
}

static int set_attr(uint64_t bit)
{
	struct mount_attr attr = { .attr_set = bit };

	return sys_mount_setattr(AT_FDCWD, ".", 0, &attr, sizeof(attr));
}

static struct verdict ask(const struct ask *a)
{
	char target[16];

	if (tree_touch(AT_FDCWD, "file") < 0 || symlink("file", "link") < 0 ||
		try_open("link"))
		return answer_error("symlink", errno,
			"a link in the scratch tmpfs cannot be followed");
	if (set_attr(MOUNT_ATTR_NOEXEC) < 0)
		return answer_refused(a, "mount_setattr", errno);
	if (try_open("link"))
		return answer_fail("MOUNT_ATTR_NOEXEC made a link unusable");
	if (set_attr(MOUNT_ATTR_NOSYMFOLLOW) < 0)
		return answer_refused(a, "mount_setattr(nosymfollow)", errno);
	int err = try_open("link");
	if (err != ELOOP)
		return answer_fail(
			"MOUNT_ATTR_NOSYMFOLLOW succeeded, but opening a link gave "
			"errno %d, not ELOOP",
			err);
	if (try_open("file") || readlink("link", target, sizeof(target)) != 4)
		return answer_fail(
			"MOUNT_ATTR_NOSYMFOLLOW made a file or the text of a link "
			"unreadable");
	return answer_pass(
		"a link was followed before, and gave ELOOP after; the file behind "
		"it still opened");
}

const struct probe probe_mnt_nosymfollow = {
	.about = "a mount can be made not to follow symbolic links",
	.how = "A file is opened through a link, which must give ELOOP once "
	       "MOUNT_ATTR_NOSYMFOLLOW is set; MOUNT_ATTR_NOEXEC before it is the control.",
	.man = "mount_setattr(2)",
	.since = "5.14",
	.needed_by = "systemd, runc",
	.blocked_by = "seccomp",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(mount_setattr),
	.ask = ask,
};
