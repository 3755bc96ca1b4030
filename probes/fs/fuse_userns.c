/*
 * May root of a user namespace mount FUSE file systems? (probes.md row 169.) Rootless
 * engines without native overlay stand on it (fuse-overlayfs, squashfuse).
 *
 * As fs/fuse, in a user namespace. Where /dev/fuse may not be opened (that is another
 * question, fs/dev_fuse), creating one without a daemon tells: EINVAL is said by FUSE itself,
 * EPERM by the kernel before it, to a type that may not be mounted there. The control for
 * that is a tmpfs, which may.
 */
#include <errno.h>
#include <string.h>

#include "fuse.h"
#include "mnt.h"
#include "uapi/mount.h"

/* EPERM is the type's only where another can be mounted. */
static struct verdict refused(const struct ask *a, int err)
{
	struct verdict v;

	if (err != EPERM)
		return answer_refused(a, "fsconfig(create)", err);
	_cleanup_close_ int control = mnt_make(a, "tmpfs", NULL, &v);
	if (control < 0)
		return v;
	return answer_absent(
		"a FUSE file system is EPERM in a user namespace, where a tmpfs can be mounted");
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_fuse_ struct fuse f = { .dev = -1, .mnt = -1 };
	struct verdict v;

	_cleanup_close_ int alone = mnt_configure(a, "fuse", NULL, &v);
	if (alone < 0)
		return v;
	if (sys_fsconfig(alone, PLIMSOLL_FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		return answer_fail(
			"a FUSE file system without a daemon could be mounted");
	int err = errno;
	if (err != EINVAL)
		return refused(a, err);
	_cleanup_close_ int control = mnt_make(a, "tmpfs", NULL, &v);
	if (control < 0)
		return v;
	if (fuse_mount(a, &f, &v) == 0)
		return answer_pass(
			"in a user namespace a file system was mounted whose daemon got the "
			"kernel's first request (FUSE %u.%u)",
			f.init.major, f.init.minor);
	if (v.outcome != OUTCOME_DENIED || strcmp(v.stage, "openat"))
		return v;
	return answer_pass(
		"FUSE itself refused a mount without a daemon (EINVAL), where a type that may not "
		"be mounted in a user namespace is EPERM; /dev/fuse may not be opened by this "
		"asker (see fs/dev_fuse)");
}

const struct probe probe_fs_fuse_userns = {
	.about =
		"root of a user namespace may mount FUSE file systems (given a /dev/fuse, see "
		"fs/dev_fuse)",
	.how = "A FUSE file system is mounted in a user namespace; where /dev/fuse may not be "
	       "opened, one without a daemon must be EINVAL and not EPERM.",
	.man = "fuse(4)",
	.since = "4.18",
	.kconfig = "CONFIG_FUSE_FS CONFIG_USER_NS",
	.needed_by = "fuse-overlayfs, squashfuse, Apptainer, rootless podman",
	.blocked_by = "user namespaces; seccomp",
	.modules = "fs-fuse",
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_MNTNS | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
