/*
 * Does statmount(2) tell the options of a file system? (probes.md row 21, STATMOUNT_MNT_OPTS.)
 *
 * Two tmpfs are mounted, one with a size and the other with another mode: what each was
 * mounted with must be told of it and not of the other. The basic fields of the same mount
 * are the control where the field is not told.
 */
#include <stdbool.h>
#include <string.h>

#include "statmount.h"

/* The options of the mount at `dir` in `text`. */
static int options(const struct ask *a, const char *dir, char *text, size_t size,
	struct verdict *ret_refused)
{
	union statmount_answer s;

	if (statmount_fields(a, dir, STATMOUNT_MNT_OPTS, "mnt_opts", &s, ret_refused) < 0)
		return -1;
	verdict_text(text, size, "%s", statmount_string(&s, s.mount.mnt_opts));
	return 0;
}

static struct verdict ask(const struct ask *a)
{
	char one[256], two[256];
	struct verdict v;

	if (statmount_mount(a, "one", "one", "size=1024k", &v) < 0 ||
		statmount_mount(a, "two", "two", "mode=0751", &v) < 0 ||
		options(a, "one", one, sizeof(one), &v) < 0 ||
		options(a, "two", two, sizeof(two), &v) < 0)
		return v;
	if (!strstr(one, "size=1024k") || strstr(one, "mode=751") ||
		!strstr(two, "mode=751") || strstr(two, "size=1024k"))
		return answer_fail(
			"statmount tells other options than the two tmpfs were "
			"mounted with: \"%s\" and \"%s\"",
			one, two);
	return answer_pass(
		"of two tmpfs it told the options each was mounted with: \"%s\" "
		"and \"%s\"",
		one, two);
}

const struct probe probe_mnt_statmount_opts = {
	.about = "statmount(2) tells the options of a file system as one string",
	.how = "Two tmpfs with different options are mounted: each one's must be told of it "
	       "and not of the other. The basic fields are the control.",
	.man = "statmount(2)",
	.since = "6.11",
	.needed_by = "util-linux",
	.blocked_by = "seccomp",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(statmount),
	.ask = ask,
};
