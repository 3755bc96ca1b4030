/*
 * May root of a user namespace make whiteouts? (probes.md row 173.) The character device 0:0
 * hides a file of a lower layer in overlayfs; a rootless engine unpacks images with them.
 *
 * The node must be made and be one. The controls: a named pipe can be made, and a real device
 * cannot. EPERM: older than 5.8.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "answer.h"

static struct verdict ask(const struct ask *a)
{
	struct stat st;

	if (mknodat(AT_FDCWD, "pipe", S_IFIFO | 0600, 0) < 0)
		return answer_refused(a, "mknodat", errno);
	if (mknodat(AT_FDCWD, "device", S_IFCHR | 0600, makedev(1, 3)) == 0)
		return answer_fail(
			"in a user namespace a node of a real device was made");
	if (mknodat(AT_FDCWD, "whiteout", S_IFCHR, makedev(0, 0)) < 0)
		return errno == EPERM
			? answer_absent(
				  "in a user namespace the character device 0:0 is EPERM, "
				  "where a named pipe can be made")
			: answer_refused(a, "mknodat(whiteout)", errno);
	if (fstatat(AT_FDCWD, "whiteout", &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		!S_ISCHR(st.st_mode) || st.st_rdev != makedev(0, 0))
		return answer_fail(
			"the character device 0:0 was made and is something else");
	return answer_pass(
		"in a user namespace the character device 0:0 was made; a real device was not");
}

const struct probe probe_fs_mknod_whiteout = {
	.about = "root of a user namespace can make the whiteouts of image layers",
	.how = "mknod(2) of character device 0:0 in a user namespace, beside a named pipe, which "
	       "must work, and a real device, which must not.",
	.man = "mknod(2)",
	.since = "5.8",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "rootless podman, buildah, BuildKit",
	.blocked_by = "user namespaces; seccomp",
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(mknodat),
	.ask = ask,
};
