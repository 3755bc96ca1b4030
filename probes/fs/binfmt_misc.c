/*
 * Can programs of other architectures be run by an interpreter? (probes.md row 171.)
 * Multi-architecture builds register qemu there.
 *
 * binfmt_misc is mounted detached: its `status` must say whether it is enabled, `register`
 * be there, and a name that is no entry, the control, not. Root of the host gets the host's
 * own, and nothing is registered. In a user namespace it is EPERM before 6.7 (see
 * fs/binfmt_userns).
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "mnt.h"

static struct verdict ask(const struct ask *a)
{
	char status[64] = "";
	struct verdict v;

	_cleanup_close_ int mnt = mnt_make(a, "binfmt_misc", NULL, &v);
	if (mnt < 0)
		return v;
	_cleanup_close_ int fd = openat(mnt, "status", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return answer_refused(a, "openat(status)", errno);
	ssize_t n = read_string(fd, status, sizeof(status));
	if (n < 0 || (strcmp(status, "enabled") && strcmp(status, "disabled")))
		return answer_fail(
			"binfmt_misc does not say whether it is enabled: %s", status);
	if (faccessat(mnt, "register", F_OK, 0) < 0 ||
		faccessat(mnt, "plimsoll-none", F_OK, 0) == 0)
		return answer_fail("binfmt_misc has no file to register programs in");
	if (!strcmp(status, "disabled"))
		return answer_denied("sysctl", "binfmt_misc is switched off",
			"echo 1 > /proc/sys/fs/binfmt_misc/status",
			"its status: disabled");
	return answer_pass("binfmt_misc was mounted and is enabled");
}

const struct probe probe_fs_binfmt_misc = {
	.about =
		"programs of other architectures can be run by an interpreter (binfmt_misc)",
	.how = "binfmt_misc is mounted detached and its status read; nothing is registered.",
	.man = "Documentation/admin-guide/binfmt-misc.rst",
	.kconfig = "CONFIG_BINFMT_MISC",
	.needed_by = "docker buildx, podman build --platform, qemu-user-static",
	.blocked_by = "CAP_SYS_ADMIN; its status (disabled); seccomp",
	.modules = "fs-binfmt_misc",
	.needs = PROBE_NEEDS_MNTNS | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
