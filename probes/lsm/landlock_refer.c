/*
 * Can a file be moved to another directory inside a Landlock domain? (probes.md row 179,
 * ABI 2.) With ABI 1 that is always EXDEV, so that a sandboxed program cannot even move its
 * own files.
 *
 * In a domain that allows it the move must succeed; in a second one that does not, the same
 * move back must be EXDEV while a rename inside the directory, the control, still works.
 * EINVAL for a ruleset with this access: ABI 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "landlock.h"
#include "record.h"

#define NEEDED                                                    \
	(LANDLOCK_ACCESS_FS_REFER | LANDLOCK_ACCESS_FS_MAKE_REG | \
		LANDLOCK_ACCESS_FS_REMOVE_FILE)

/* 0 or a positive errno. */
static int move(const char *from, const char *to)
{
	return rename(from, to) < 0 ? errno : 0;
}

static int make_tree(void)
{
	if (mkdir("one", 0755) < 0 || mkdir("two", 0755) < 0)
		return -errno;
	_cleanup_close_ int fd = open("one/file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : 0;
}

static struct verdict in_child(const struct ask *a, void *arg)
{
	struct plimsoll_landlock_handled all = { .fs = NEEDED },
					 refer = { .fs = LANDLOCK_ACCESS_FS_REFER };
	struct verdict v;

	int r = make_tree();
	if (r < 0)
		return answer_error("mkdir", -r, "the scratch tmpfs cannot be written");
	_cleanup_close_ int allowing = landlock_ruleset(a, "refer", &all, &v);
	_cleanup_close_ int denying = landlock_ruleset(a, "refer", &refer, &v);
	if (allowing < 0 || denying < 0 ||
		landlock_allow(a, allowing, ".", NEEDED, &v) < 0 ||
		landlock_enter(a, allowing, &v) < 0)
		return v;
	int there = move("one/file", "two/file");
	if (there)
		return answer_fail(
			"in a domain that allows it a file could not be moved to another "
			"directory: %s",
			errno_name(there));
	if (landlock_enter(a, denying, &v) < 0)
		return v;
	int back = move("two/file", "one/file"), within = move("two/file", "two/same");
	if (back != EXDEV || within)
		return answer_fail(
			"in a domain that forbids it a file's move to another directory gave %s, "
			"and within its own %s",
			back ? errno_name(back) : "no error",
			within ? errno_name(within) : "no error");
	return answer_pass(
		"a file was moved to another directory in a domain that allows it; in one that "
		"does not it was EXDEV, and within its directory still worked");
}

static struct verdict ask(const struct ask *a)
{
	return landlock_ask(a, in_child);
}

const struct probe probe_lsm_landlock_refer = {
	.about = "a Landlock sandbox can allow files to be moved between directories",
	.how = "A file is moved to another directory in a domain that allows it, and in one "
	       "that does not, where a rename within the directory is the control.",
	.man = "landlock(7)",
	.since = "5.19",
	.kconfig = "CONFIG_SECURITY_LANDLOCK",
	.needed_by = "sandboxes in containers",
	.blocked_by = "seccomp; not in the boot parameter lsm= (EOPNOTSUPP)",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls =
		CALLS(landlock_create_ruleset, landlock_add_rule, landlock_restrict_self),
	.ask = ask,
};
