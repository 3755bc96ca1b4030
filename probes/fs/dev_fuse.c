/*
 * May this asker open /dev/fuse? (probes.md row 175.)
 *
 * What opens has to be FUSE's own device: reading it before anything is mounted on it must
 * be EPERM, which no other device says. A node that is missing, or shut by its mode, is told
 * apart from a driver that is missing (/proc/misc).
 */
#include <errno.h>
#include <unistd.h>

#include "fuse.h"
#include "record.h"

static struct verdict ask(const struct ask *a)
{
	char text[8192];
	struct verdict v;

	_cleanup_close_ int dev = fuse_open(a, &v);
	if (dev < 0)
		return v;
	ssize_t n = read(dev, text, sizeof(text));
	if (n >= 0 || errno != EPERM)
		return answer_fail(
			"/dev/fuse opened, and is not FUSE's device: reading it gave %s",
			n >= 0 ? "no error" : errno_name(errno));
	return answer_pass(
		"/dev/fuse opened for reading and writing; nothing is mounted on it, "
		"and reading was EPERM");
}

const struct probe probe_fs_dev_fuse = {
	.about = "/dev/fuse can be opened, as daemons of FUSE file systems must",
	.how = "It is opened for reading and writing, and read before anything is mounted on it, "
	       "which must be EPERM.",
	.man = "fuse(4)",
	.kconfig = "CONFIG_FUSE_FS",
	.needed_by = "fuse-overlayfs, sshfs, rootless podman",
	.blocked_by = "mode of the node; not in the container's /dev; device cgroup",
	.modules = "char-major-10-229",
	.needs = PROBE_SHARES,
	.calls = CALLS(openat),
	.ask = ask,
};
