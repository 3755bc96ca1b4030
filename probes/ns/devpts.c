/*
 * Can devpts be mounted in a user namespace, with terminals of its own? (probes.md row 71.)
 *
 * Without it a container has no terminal. A pair opened from the new one's ptmx must be its
 * first, number 0, and be there as a file; the host's are not in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "mnt.h"
#include "ns.h"

static struct verdict ask(const struct ask *a)
{
	static const struct mnt_option options[] = { { "newinstance", NULL },
		{ "ptmxmode", "0666" }, { "mode", "0600" }, { 0 } };
	int number = -1, unlock = 0;
	struct verdict v;

	_cleanup_close_ int mnt = mnt_make(a, "devpts", options, &v);
	if (mnt < 0)
		return v;
	if (faccessat(mnt, "0", F_OK, 0) == 0)
		return answer_fail("a fresh devpts has a terminal in it");
	_cleanup_close_ int ptmx = openat(mnt, "ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (ptmx < 0)
		return answer_refused(a, "openat(ptmx)", errno);
	if (ioctl(ptmx, TIOCGPTN, &number) < 0 || ioctl(ptmx, TIOCSPTLCK, &unlock) < 0)
		return answer_refused(a, "ioctl(ptmx)", errno);
	_cleanup_close_ int pts = openat(mnt, "0", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (number != 0 || pts < 0)
		return answer_fail(
			"the first terminal of a fresh devpts is number %d, and "
			"is not there as a file 0",
			number);
	return answer_pass("the first terminal opened in a fresh devpts is number 0, and "
			   "its file can be opened");
}

const struct probe probe_ns_devpts = {
	.about = "a container in a user namespace can have terminals of its own",
	.how = "Mounts a fresh devpts in a user namespace and opens a terminal in it, "
	       "which must be its first.",
	.man = "pts(4)",
	.kconfig = "CONFIG_UNIX98_PTYS",
	.needed_by = "every rootless container runtime (terminal: true)",
	.blocked_by = NS_USER_BLOCKED "; kernel.pty.max used up (ENOSPC)",
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_MNTNS | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
