/*
 * Is there a mount_setattr(2) that changes a mount? (probes.md row 13.)
 *
 * That the call exists is shown by a null call, but only its effect shows that it works: a
 * file system that was written to before the call refuses the same write after it.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "answer.h"
#include "uapi/mount.h"

static int try_write(void)
{
	int fd = open("file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static struct verdict ask(const struct ask *a)
{
	struct mount_attr rdonly = { .attr_set = MOUNT_ATTR_RDONLY };

	int before = try_write();
	if (before)
		return answer_error(
			"open", before, "the scratch tmpfs cannot be written");
	if (sys_mount_setattr(AT_FDCWD, ".", 0, &rdonly, sizeof(rdonly)) < 0)
		return answer_refused(a, "mount_setattr", errno);
	if (try_write() != EROFS)
		return answer_fail(
			"mount_setattr(MOUNT_ATTR_RDONLY) succeeded, but the file could "
			"still be opened for writing");
	return answer_pass(
		"a file could be made before MOUNT_ATTR_RDONLY and gave EROFS after");
}

const struct probe probe_mnt_mount_setattr = {
	.about = "mount_setattr(2) changes the attributes of a mount",
	.how = "A file is made before MOUNT_ATTR_RDONLY is set, and opening it for "
	       "writing after must be EROFS.",
	.man = "mount_setattr(2)",
	.since = "5.12",
	.needed_by = "KEP-3857, KEP-127, runc, crun, containerd",
	.blocked_by = "seccomp (EPERM or ENOSYS)",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(mount_setattr),
	.ask = ask,
};
