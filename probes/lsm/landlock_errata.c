/*
 * Does the kernel tell which of Landlock's bugs are fixed? (probes.md row 180.) The ABI does
 * not say, as fixes are brought back to older kernels; and so is this question.
 *
 * The flag ERRATA gives a mask. The controls: VERSION works, both flags at once are EINVAL,
 * as ERRATA alone is to kernels without it.
 */
#include <errno.h>
#include <stdio.h>

#include "landlock.h"

static void name_bits(unsigned mask, char *text, size_t size)
{
	size_t len = 0;

	snprintf(text, size, "none");
	for (int i = 0; i < 31; i++)
		if (mask & (1U << i))
			len += snprintf(
				text + len, size - len, "%s%d", len ? ", " : "", i + 1);
}

static struct verdict ask(const struct ask *a)
{
	char bits[128];
	struct verdict v;

	int abi = landlock_abi(a, &v);
	if (abi < 0)
		return v;
	int mask = sys_landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_ERRATA);
	if (mask < 0)
		return answer_refused(a, "landlock_create_ruleset(errata)", errno);
	if (sys_landlock_create_ruleset(NULL, 0,
		    LANDLOCK_CREATE_RULESET_ERRATA | LANDLOCK_CREATE_RULESET_VERSION) >=
			0 ||
		errno != EINVAL)
		return answer_fail(
			"landlock_create_ruleset takes two questions in one call");
	name_bits(mask, bits, sizeof(bits));
	return answer_pass("ABI %d, fixed errata: %s", abi, bits);
}

const struct probe probe_lsm_landlock_errata = {
	.about = "a program can tell which bugs of Landlock are fixed in this kernel",
	.how = "landlock_create_ruleset(2) with the flag ERRATA; two flags at once must be "
	       "EINVAL.",
	.man = "landlock_create_ruleset(2)",
	.since = "6.15",
	.kconfig = "CONFIG_SECURITY_LANDLOCK",
	.needed_by = "sandboxes in containers",
	.blocked_by = "seccomp; not in the boot parameter lsm= (EOPNOTSUPP)",
	.needs = PROBE_SHARES,
	.calls = CALLS(landlock_create_ruleset),
	.ask = ask,
};
