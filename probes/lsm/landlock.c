/*
 * Can a process lock itself out of files? (probes.md row 179.) Landlock is the sandbox that
 * takes no privilege: what a container's own programs confine themselves with.
 *
 * A child opens "/" and a file of /proc, enters a domain in which only what is below /proc
 * may be read, and opens both again: "/" must be EACCES now, the file must still open.
 * ENOSYS: built without; EOPNOTSUPP: built in, but not in the list of active modules.
 */
#include <errno.h>
#include <fcntl.h>

#include "landlock.h"
#include "record.h"

static const char file[] = "/proc/self/status";

static int try_dir(void)
{
	return landlock_try_open("/", O_RDONLY | O_DIRECTORY);
}

static struct verdict in_child(const struct ask *a, void *arg)
{
	uint64_t read = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
	struct plimsoll_landlock_handled handled = { .fs = read };
	struct verdict v;

	int dir = try_dir(), status = landlock_try_open(file, O_RDONLY);
	if (dir || status)
		return answer_error("open", dir ? dir : status,
			"the control failed: / or /proc/self/status cannot be read");
	_cleanup_close_ int ruleset = landlock_ruleset(a, "fs", &handled, &v);
	if (ruleset < 0 || landlock_allow(a, ruleset, "/proc", read, &v) < 0 ||
		landlock_enter(a, ruleset, &v) < 0)
		return v;
	dir = try_dir();
	status = landlock_try_open(file, O_RDONLY);
	if (dir != EACCES || status)
		return answer_fail(
			"in a domain where only /proc may be read, reading / gave %s and a file of "
			"/proc %s",
			dir ? errno_name(dir) : "no error",
			status ? errno_name(status) : "no error");
	return answer_pass(
		"ABI %d: in a domain where only /proc may be read, / gave EACCES and a file of "
		"/proc opened; before, both did",
		*(int *)arg);
}

static struct verdict ask(const struct ask *a)
{
	return landlock_ask(a, in_child);
}

const struct probe probe_lsm_landlock = {
	.about =
		"a process can confine itself to some files without any privilege (Landlock)",
	.how = "A child enters a domain in which only /proc may be read: / must be EACCES, and "
	       "could be read before.",
	.man = "landlock(7)",
	.since = "5.13",
	.kconfig = "CONFIG_SECURITY_LANDLOCK",
	.needed_by = "sandboxes in containers, Chromium, xz, systemd",
	.blocked_by = "seccomp; not in the boot parameter lsm= (EOPNOTSUPP)",
	.needs = PROBE_SHARES,
	.calls =
		CALLS(landlock_create_ruleset, landlock_add_rule, landlock_restrict_self),
	.ask = ask,
};
