/*
 * Can Landlock keep a file from being cut? (probes.md row 179, ABI 3.) Before that a
 * sandboxed program that may not write a file could still empty it.
 *
 * In a domain that allows writing and not truncating, truncate(2) and O_TRUNC must be EACCES
 * where both worked before; that the file still opens for writing is the control.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "landlock.h"
#include "record.h"

static int cut(void)
{
	return truncate("file", 0) < 0 ? errno : 0;
}

static struct verdict in_child(const struct ask *a, void *arg)
{
	struct plimsoll_landlock_handled handled = { .fs = LANDLOCK_ACCESS_FS_WRITE_FILE |
			LANDLOCK_ACCESS_FS_TRUNCATE };
	struct verdict v;

	_cleanup_close_ int fd = open("file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || cut() || landlock_try_open("file", O_WRONLY | O_TRUNC))
		return answer_error("open", errno, "the scratch tmpfs cannot be written");
	_cleanup_close_ int ruleset = landlock_ruleset(a, "trunc", &handled, &v);
	if (ruleset < 0 ||
		landlock_allow(a, ruleset, ".", LANDLOCK_ACCESS_FS_WRITE_FILE, &v) < 0 ||
		landlock_enter(a, ruleset, &v) < 0)
		return v;
	int by_call = cut(), by_open = landlock_try_open("file", O_WRONLY | O_TRUNC);
	int written = landlock_try_open("file", O_WRONLY);
	if (by_call != EACCES || by_open != EACCES || written)
		return answer_fail(
			"in a domain that forbids truncating, truncate gave %s, O_TRUNC %s, and "
			"opening for writing %s",
			by_call ? errno_name(by_call) : "no error",
			by_open ? errno_name(by_open) : "no error",
			written ? errno_name(written) : "no error");
	return answer_pass(
		"in a domain that forbids it truncate(2) and O_TRUNC gave EACCES, and the file "
		"still opened for writing; before, both worked");
}

static struct verdict ask(const struct ask *a)
{
	return landlock_ask(a, in_child);
}

const struct probe probe_lsm_landlock_truncate = {
	.about = "a Landlock sandbox can keep files from being truncated",
	.how = "In a domain that allows writing and not truncating, truncate(2) and O_TRUNC "
	       "must be EACCES, as they were not before; opening for writing still works.",
	.man = "landlock(7)",
	.since = "6.2",
	.kconfig = "CONFIG_SECURITY_LANDLOCK",
	.needed_by = "sandboxes in containers",
	.blocked_by = "seccomp; not in the boot parameter lsm= (EOPNOTSUPP)",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls =
		CALLS(landlock_create_ruleset, landlock_add_rule, landlock_restrict_self),
	.ask = ask,
};
