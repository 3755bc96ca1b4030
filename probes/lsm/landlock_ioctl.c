/*
 * Can Landlock keep a process from ioctl(2) on devices? (probes.md row 179, ABI 5.)
 *
 * RNDGETENTCNT of /dev/random, which anyone may ask, must be EACCES on a descriptor that
 * was opened in the domain. On the one from before it must still work, as rights belong to
 * the open file: so each is the other's control. EINVAL for the ruleset: an older ABI.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <sys/ioctl.h>

#include "landlock.h"
#include "record.h"

/* 0 or a positive errno. */
static int count_entropy(int fd)
{
	int count;

	return ioctl(fd, RNDGETENTCNT, &count) < 0 ? errno : 0;
}

static struct verdict in_child(const struct ask *a, void *arg)
{
	struct plimsoll_landlock_handled handled = { .fs = LANDLOCK_ACCESS_FS_IOCTL_DEV };
	struct verdict v;

	_cleanup_close_ int before = open("/dev/random", O_RDONLY | O_CLOEXEC);
	if (before < 0)
		return answer_error("openat", errno, "/dev/random cannot be opened");
	int old = count_entropy(before);
	if (old)
		return answer_refused(a, "ioctl(random)", old);
	_cleanup_close_ int ruleset = landlock_ruleset(a, "ioctl", &handled, &v);
	if (ruleset < 0 || landlock_enter(a, ruleset, &v) < 0)
		return v;
	_cleanup_close_ int after = open("/dev/random", O_RDONLY | O_CLOEXEC);
	if (after < 0)
		return answer_fail(
			"a domain that forbids only ioctl(2) on devices keeps /dev/random from "
			"being opened: %s",
			errno_name(errno));
	int new = count_entropy(after);
	old = count_entropy(before);
	if (old || new != EACCES)
		return answer_fail(
			"ioctl(2) on /dev/random gave %s on a descriptor from before the domain, "
			"and %s on one from inside",
			old ? errno_name(old) : "no error",
			new ? errno_name(new) : "no error");
	return answer_pass(
		"ioctl(2) on /dev/random gave EACCES when it was opened in the domain, and "
		"worked on a descriptor from before");
}

static struct verdict ask(const struct ask *a)
{
	return landlock_ask(a, in_child);
}

const struct probe probe_lsm_landlock_ioctl = {
	.about = "a Landlock sandbox can keep a process from ioctl(2) on devices",
	.how = "RNDGETENTCNT of /dev/random must be EACCES if it was opened in the domain, and "
	       "still work if it was opened before.",
	.man = "landlock(7)",
	.since = "6.10",
	.kconfig = "CONFIG_SECURITY_LANDLOCK",
	.needed_by = "sandboxes in containers",
	.blocked_by = "seccomp; not in the boot parameter lsm= (EOPNOTSUPP)",
	.needs = PROBE_SHARES,
	.calls = CALLS(landlock_create_ruleset, landlock_restrict_self, ioctl),
	.ask = ask,
};
