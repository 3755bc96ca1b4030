/*
 * Can root be made an ordinary uid? (probes.md row 193.) Securebits take away what being uid
 * 0, or changing to it, means for capabilities.
 *
 * The bit whose effect takes no other program: SECBIT_NO_CAP_AMBIENT_RAISE. A child raises an
 * ambient capability, which works; with the bit set the same must be EPERM; and once the bit
 * is locked it must not be cleared. Who has no capability asks in a user namespace.
 */
#include <errno.h>
#include <sys/prctl.h>

#include "caps.h"
#include "record.h"

#define CAP CAP_NET_BIND_SERVICE

/* 0 or a positive errno; it is lowered again. */
static int try_raise(void)
{
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP, 0, 0) < 0)
		return errno;
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, CAP, 0, 0);
	return 0;
}

static int set_bits(int bits)
{
	return prctl(PR_SET_SECUREBITS, bits, 0, 0, 0);
}

static struct verdict refused(const struct ask *a, int bits)
{
	if (errno == EPERM && (bits & SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED))
		return answer_denied("capability",
			"the securebits of this process are locked already",
			"start it without (systemd: SecureBits=)",
			"PR_SET_SECUREBITS: EPERM");
	return answer_refused(a, "prctl(set_securebits)", errno);
}

static struct verdict in_child(const struct ask *a, void *arg)
{
	struct caps caps;
	struct verdict v;

	int bits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);
	if (bits < 0)
		return answer_refused(a, "prctl(get_securebits)", errno);
	if (caps_need(a, CAP_BIT(CAP) | CAP_BIT(CAP_SETPCAP), &v) < 0)
		return v;
	if (caps_get(&caps) < 0)
		return answer_refused(a, "capget", errno);
	caps.inheritable |= CAP_BIT(CAP);
	bits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0); /* a user namespace begins without */
	if (caps_set(&caps) < 0)
		return answer_refused(a, "capset", errno);
	int before = try_raise();
	if (set_bits(bits | SECBIT_NO_CAP_AMBIENT_RAISE) < 0)
		return refused(a, bits);
	int after = try_raise();
	if (before)
		return answer_refused(a, "prctl(ambient_raise)", before);
	if (after != EPERM)
		return answer_fail(
			"SECBIT_NO_CAP_AMBIENT_RAISE was set, and an ambient capability raised: %s",
			after ? errno_name(after) : "no error");
	bits |= SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
	if (set_bits(bits) < 0)
		return answer_refused(a, "prctl(set_securebits)", errno);
	if (set_bits(bits & ~SECBIT_NO_CAP_AMBIENT_RAISE) == 0)
		return answer_fail("a bit that is locked was cleared");
	return answer_pass(
		"with SECBIT_NO_CAP_AMBIENT_RAISE an ambient capability could not be raised "
		"(EPERM), before it could; locked, the bit could not be cleared");
}

static struct verdict ask(const struct ask *a)
{
	return ask_in_child(a, in_child, NULL);
}

const struct probe probe_caps_securebits = {
	.about =
		"what being root means for capabilities can be taken away for good (securebits)",
	.how = "A child raises an ambient capability before and after it sets the bit that "
	       "forbids it, then locks that bit and tries to clear it.",
	.man = "capabilities(7)",
	.needed_by = "systemd SecureBits=, capsh",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(prctl, capset),
	.ask = ask,
};
