/*
 * Can a mount option be tried without mounting? (probes.md row 5.) systemd and others ask in
 * this way whether the kernel has an option, so a file system that takes everything at first
 * would make them believe all.
 *
 * An option that tmpfs has must be taken, which is the control; one that none has, and a value
 * that makes no sense, must be EINVAL. Nothing is created. The reason that can be read from
 * the context (and so does not go to the kernel log) has to name the option.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "mnt.h"
#include "uapi/mount.h"

#define NO_SUCH_KEY "plimsoll_none"

/* The message that the context holds. */
static ssize_t read_reason(int fs, char *text, size_t size)
{
	ssize_t n = read(fs, text, size - 1);

	text[n < 0 ? 0 : n] = 0;
	return n;
}

static struct verdict ask(const struct ask *a)
{
	static const struct mnt_option size[] = { { "size", "1m" }, { 0 } };
	char text[256];
	struct verdict v;

	_cleanup_close_ int fs = mnt_configure(a, "tmpfs", size, &v);
	if (fs < 0)
		return v;
	if (sys_fsconfig(fs, PLIMSOLL_FSCONFIG_SET_STRING, NO_SUCH_KEY, "1", 0) == 0)
		return answer_fail(
			"fsconfig took an option for tmpfs that it does not have");
	if (errno != EINVAL)
		return answer_refused(a, "fsconfig(none)", errno);
	if (read_reason(fs, text, sizeof(text)) < 0 || !strstr(text, NO_SUCH_KEY))
		return answer_fail("the reason why fsconfig refused an option cannot be "
				   "read from the context");
	if (sys_fsconfig(fs, PLIMSOLL_FSCONFIG_SET_STRING, "size", "large", 0) == 0)
		return answer_fail("fsconfig took a size of tmpfs that is no number");
	if (errno != EINVAL)
		return answer_refused(a, "fsconfig(bad size)", errno);
	return answer_pass(
		"an option of tmpfs was taken; one that it does not have, and a "
		"bad value, gave EINVAL, with the reason");
}

const struct probe probe_mnt_fsconfig_checks = {
	.about = "a mount option can be tried without mounting anything",
	.how = "tmpfs must take an option that it has, and refuse one that it has not and a "
	       "bad value with EINVAL. Nothing is created.",
	.man = "fsconfig(2)",
	.since = "5.2",
	.needed_by = "systemd, util-linux",
	.blocked_by = "seccomp; no CAP_SYS_ADMIN over the mount namespace (EPERM)",
	.needs = PROBE_NEEDS_MNTNS | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig),
	.ask = ask,
};
