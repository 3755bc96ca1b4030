/*
 * Does statmount(2) tell what was mounted? (probes.md row 21, STATMOUNT_SB_SOURCE.) It is the
 * device or name in the first column of findmnt and df.
 *
 * Two tmpfs are mounted under different names, one of them with a blank, which mountinfo has
 * to escape: each must be told as it was given. The basic fields of the same mount are the
 * control where the field is not told.
 */
#include <string.h>

#include "statmount.h"

static int source(const struct ask *a, const char *dir, char *text, size_t size,
	struct verdict *ret_refused)
{
	union statmount_answer s;

	if (statmount_fields(a, dir, STATMOUNT_SB_SOURCE, "sb_source", &s, ret_refused) <
		0)
		return -1;
	verdict_text(text, size, "%s", statmount_string(&s, s.mount.sb_source));
	return 0;
}

static struct verdict ask(const struct ask *a)
{
	static const char first[] = "plimsoll-one", second[] = "plimsoll two";
	char one[64], two[64];
	struct verdict v;

	if (statmount_mount(a, "one", first, NULL, &v) < 0 ||
		statmount_mount(a, "two", second, NULL, &v) < 0 ||
		source(a, "one", one, sizeof(one), &v) < 0 ||
		source(a, "two", two, sizeof(two), &v) < 0)
		return v;
	if (strcmp(one, first) || strcmp(two, second))
		return answer_fail(
			"two tmpfs were mounted as \"%s\" and \"%s\", but statmount "
			"tells \"%s\" and \"%s\"",
			first, second, one, two);
	return answer_pass(
		"it told what each of two tmpfs was mounted as: \"%s\" and \"%s\"", one,
		two);
}

const struct probe probe_mnt_statmount_sb_source = {
	.about = "statmount(2) tells the device or name that a mount was made of",
	.how = "Two tmpfs are mounted under different names, and each one's must be told. The "
	       "basic fields are the control.",
	.man = "statmount(2)",
	.since = "6.13",
	.needed_by = "util-linux",
	.blocked_by = "seccomp",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(statmount),
	.ask = ask,
};
