/*
 * Does a pidfd tell whose process it is of? (probes.md row 146.) What /proc/PID says may
 * be of another process by then.
 *
 * PIDFD_GET_INFO of this process's pidfd must tell its own ids, parent and users. Before
 * 6.13 it is ENOTTY, or EINVAL where the ioctls for namespaces are there already: one of
 * those is then asked, as the control.
 */
#include <errno.h>

#include "proc.h"
#include "uapi/pidfd.h"

static struct verdict refused(const struct ask *a, int pidfd, int err)
{
	_cleanup_close_ int ns = ioctl(pidfd, PIDFD_GET_MNT_NAMESPACE, 0);

	if (err == EINVAL && ns < 0)
		return answer_refused(a, "ioctl(mnt)", errno);
	return answer_refused(a, "ioctl(PIDFD_GET_INFO)", err);
}

static struct verdict ask(const struct ask *a)
{
	struct plimsoll_pidfd_info info = { .mask = PIDFD_INFO_PID | PIDFD_INFO_CREDS };
	struct verdict v;

	_cleanup_close_ int pidfd = pidfd_self(a, &v);
	if (pidfd < 0)
		return v;
	if (ioctl(pidfd, PLIMSOLL_PIDFD_GET_INFO, &info) < 0)
		return refused(a, pidfd, errno);
	if ((info.mask & (PIDFD_INFO_PID | PIDFD_INFO_CREDS)) !=
		(PIDFD_INFO_PID | PIDFD_INFO_CREDS))
		return answer_fail(
			"PIDFD_GET_INFO succeeded, but told neither ids nor users");
	if (info.pid != (unsigned)getpid() || info.tgid != info.pid ||
		info.ppid != (unsigned)getppid() || info.ruid != getuid() ||
		info.euid != geteuid() || info.egid != getegid())
		return answer_fail(
			"PIDFD_GET_INFO told other ids, users or another parent than "
			"the process has");
	return answer_pass(
		"PIDFD_GET_INFO told this process's id, its parent's and its users");
}

const struct probe probe_proc_pidfd_info = {
	.about = "a pidfd tells whose process it is of, its parent and its users",
	.how = "PIDFD_GET_INFO of a process's own pidfd must tell what the process knows "
	       "of itself. EINVAL counts as \"no\" only if another ioctl of pidfds "
	       "works.",
	.man = "ioctl_pidfd(2)",
	.since = "6.13",
	.needed_by = "systemd, supervisors",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(ioctl, pidfd_open),
	.ask = ask,
};
