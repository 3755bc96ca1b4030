/*
 * Can a container's use of this file system be limited? (probes.md row 176.) Engines give
 * each layer a project id and a limit (--storage-opt size=), kubelet its emptyDirs.
 *
 * First: does the file system know project ids (FS_IOC_FSGETXATTR; ENOTTY: no)? Then whether
 * quotas of projects are counted and enforced, as it says itself (Q_XGETQSTATV, which needs
 * no privilege; before quotactl_fd(2), 5.14, its mount options). To set one would take the
 * privilege and change the directory. ENOSYS from Q_XGETQSTATV is a call that is not there (a
 * bad descriptor, the control, is EBADF if it is), or a file system that has none switched
 * on: then Q_GETFMT tells one that could (ESRCH) from one that could not (ENOSYS, EINVAL).
 */
#include <errno.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>

#include "cgroup.h"
#include "path.h"
#include "uapi/quota.h"

#define REMEDY                                                                         \
	"mount the file system with prjquota (the root file system of XFS: boot with " \
	"rootflags=prjquota); ext4 needs tune2fs -O project,quota -Q prjquota DEVICE first"

static struct verdict judge(const struct place *place, bool counted, bool enforced)
{
	if (counted && enforced)
		return answer_pass(
			"%s: quotas of projects are counted and enforced", place->type);
	return answer_denied("mount",
		counted ? "quotas of projects are counted here and not enforced"
			: "the file system is mounted without quotas of projects",
		REMEDY, "%s: it knows project ids; counted: %s, enforced: %s",
		place->type, counted ? "yes" : "no", enforced ? "yes" : "no");
}

/* The call came with 5.14: before, the mount options tell. */
static struct verdict ask_options(const struct place *place)
{
	bool on = has_word(place->options, "prjquota") ||
		has_word(place->options, "pquota");
	bool counted = on || has_word(place->options, "pqnoenforce");

	if (!has_word("ext4,xfs,f2fs", place->type)) {
		struct verdict v =
			answer_absent("%s has no quotas of projects", place->type);
		v.fault = FAULT_FILESYSTEM;
		return v;
	}
	return judge(place, counted, on);
}

static struct verdict ask_state(const struct ask *a, int dir, const struct place *place)
{
	struct fs_quota_statv state = { .qs_version = FS_QSTATV_VERSION1 };
	unsigned command = QCMD(Q_XGETQSTATV, PRJQUOTA);

	if (sys_quotactl_fd(dir, command, 0, &state) == 0)
		return judge(place, state.qs_flags & FS_QUOTA_PDQ_ACCT,
			state.qs_flags & FS_QUOTA_PDQ_ENFD);
	int err = errno;
	bool known = sys_quotactl_fd(-1, command, 0, &state) < 0 && errno == EBADF;
	if (err == ENOSYS && !known)
		return call_in_kernel(a->env, "quotactl_fd") == 1
			? answer_refused(a, "quotactl_fd", err)
			: ask_options(place);
	int format_err =
		sys_quotactl_fd(dir, QCMD(Q_GETFMT, PRJQUOTA), 0, &state) < 0 ? errno : 0;
	if (err == ENOSYS && (format_err == ESRCH || !format_err))
		return judge(place, false, false);
	if (err == ENOSYS || err == EOPNOTSUPP || err == EINVAL)
		return path_absent(a, dir, "quotactl_fd(prjquota)", err,
			"has no quotas of projects, or the kernel is built without",
			"use XFS or ext4, on a kernel built with quotas");
	return answer_refused(a, "quotactl_fd", err);
}

static struct verdict ask(const struct ask *a)
{
	struct fsxattr attr;
	struct place place;
	struct verdict v;

	_cleanup_close_ int dir = path_open(a, &v);
	if (dir < 0)
		return v;
	if (ioctl(dir, FS_IOC_FSGETXATTR, &attr) < 0) {
		int err = errno;
		if (err != ENOTTY && err != EOPNOTSUPP)
			return answer_refused(a, "ioctl(fsgetxattr)", err);
		return path_absent(a, dir, "ioctl(fsgetxattr)", err,
			"knows no project ids", "use XFS or ext4");
	}
	path_place(dir, &place);
	return ask_state(a, dir, &place);
}

const struct probe probe_fs_path_quota = {
	.about =
		"the space that a container takes here can be limited (quotas of projects)",
	.how = "The file system is asked for a project id and for the state of its quotas; none "
	       "is set.",
	.man = "quotactl(2)",
	.since = "4.5",
	.kconfig = "CONFIG_QUOTA CONFIG_XFS_QUOTA",
	.needed_by = "docker and podman --storage-opt size=, kubelet emptyDir limits",
	.blocked_by = "mounted without prjquota",
	.needs = PROBE_NEEDS_PATH | PROBE_SHARES,
	.calls = CALLS(ioctl, openat),
	.ask = ask,
};
