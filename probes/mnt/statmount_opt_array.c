/*
 * Does statmount(2) tell options one by one? (probes.md row 21, STATMOUNT_OPT_ARRAY.) Nothing
 * is escaped then, and no comma has to be guessed about: what mountinfo never could.
 *
 * A tmpfs is mounted with two options. Both must be among the strings, each alone, and there
 * must be as many strings as are counted; of a tmpfs with one of them, the control, the other
 * must not be told.
 */
#include <string.h>

#include "statmount.h"

/* What the array at `dir` holds of the two options: 1 the size, 2 the mode. -1: refused. */
static int held(const struct ask *a, const char *dir, struct verdict *ret_refused)
{
	union statmount_answer s;
	int bits = 0;

	if (statmount_fields(a, dir, STATMOUNT_OPT_ARRAY, "opt_array", &s, ret_refused) <
		0)
		return -1;
	uint32_t at = s.mount.opt_array;
	for (uint32_t i = 0; i < s.mount.opt_num && at < sizeof(s); i++) {
		const char *option = statmount_string(&s, at);
		bits |= strcmp(option, "size=1024k") ? 0 : 1;
		bits |= strcmp(option, "mode=751") ? 0 : 2;
		at += strlen(option) + 1;
	}
	return bits;
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	if (statmount_mount(a, "both", "both", "size=1024k,mode=0751", &v) < 0 ||
		statmount_mount(a, "one", "one", "size=1024k", &v) < 0)
		return v;
	int both = held(a, "both", &v);
	if (both < 0)
		return v;
	int one = held(a, "one", &v);
	if (one < 0)
		return v;
	if (both != 3 || one != 1)
		return answer_fail(
			"statmount's array of options lacks one that a tmpfs was "
			"mounted with, or has another's");
	return answer_pass(
		"of a tmpfs mounted with a size and a mode it told both, each as "
		"a string of its own, and of one with a size only that");
}

const struct probe probe_mnt_statmount_opt_array = {
	.about = "statmount(2) tells mount options one by one, with nothing escaped",
	.how = "A tmpfs with two options and another with one of them are mounted: each one's "
	       "must be told as strings. The basic fields are the control.",
	.man = "statmount(2)",
	.since = "6.13",
	.blocked_by = "seccomp",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(statmount),
	.ask = ask,
};
