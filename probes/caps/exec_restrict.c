/*
 * Can a process tell its interpreters to run only what is executable? (probes.md row 193.)
 * SECBIT_EXEC_RESTRICT_FILE is inherited, and any process may set it on itself.
 *
 * A child sets and locks it: it must be told as set, be inherited by a fork, and not be
 * cleared any more. EPERM is what an older kernel says of a bit it does not know, so the
 * control is an old bit, set with CAP_SETPCAP (in a user namespace of one's own if need be).
 */
#include <errno.h>
#include <sys/prctl.h>

#include "caps.h"

#define ASKED (SECBIT_EXEC_RESTRICT_FILE | SECBIT_EXEC_RESTRICT_FILE_LOCKED)

static int bits_now(void)
{
	return prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);
}

static int add_bits(int bits)
{
	return prctl(PR_SET_SECUREBITS, bits_now() | bits, 0, 0, 0);
}

static struct verdict inherited(const struct ask *a, void *arg)
{
	int bits = bits_now();

	return bits >= 0 && (bits & ASKED) == ASKED
		? answer_pass("inherited")
		: answer_fail(
			  "a child of a process with SECBIT_EXEC_RESTRICT_FILE is without");
}

/* EPERM: an older kernel's only if another bit can be set where this one cannot. */
static struct verdict refused(const struct ask *a, int err)
{
	struct verdict v;

	if (err != EPERM)
		return answer_refused(a, "prctl(set_securebits)", err);
	if (caps_need(a, CAP_BIT(CAP_SETPCAP), &v) < 0)
		return v;
	if (add_bits(SECBIT_NO_CAP_AMBIENT_RAISE) < 0)
		return answer_refused(a, "prctl(set_securebits)", errno);
	if (add_bits(SECBIT_EXEC_RESTRICT_FILE) == 0)
		return answer_denied("capability",
			"the securebits of this process are locked, or an LSM guards them",
			"ask outside of that",
			"PR_SET_SECUREBITS: EPERM, but not with CAP_SETPCAP");
	return answer_absent(
		"SECBIT_EXEC_RESTRICT_FILE is EPERM to a process that may set other securebits: "
		"the kernel does not know it");
}

static struct verdict in_child(const struct ask *a, void *arg)
{
	if (add_bits(SECBIT_EXEC_RESTRICT_FILE) < 0)
		return refused(a, errno);
	if (add_bits(ASKED) < 0)
		return answer_refused(a, "prctl(set_securebits)", errno);
	if ((bits_now() & ASKED) != ASKED)
		return answer_fail(
			"SECBIT_EXEC_RESTRICT_FILE was set and locked, and is not told as set");
	if (prctl(PR_SET_SECUREBITS, bits_now() & ~SECBIT_EXEC_RESTRICT_FILE, 0, 0, 0) ==
		0)
		return answer_fail(
			"SECBIT_EXEC_RESTRICT_FILE was cleared, though locked");
	struct verdict v = ask_in_child(a, inherited, NULL);
	if (v.outcome != OUTCOME_PASS)
		return v;
	return answer_pass(
		"SECBIT_EXEC_RESTRICT_FILE was set, is inherited, and could not be cleared once "
		"locked");
}

static struct verdict ask(const struct ask *a)
{
	int bits = bits_now();

	if (bits < 0)
		return answer_refused(a, "prctl(get_securebits)", errno);
	return ask_in_child(a, in_child, NULL);
}

const struct probe probe_caps_exec_restrict = {
	.about = "a process can tell its interpreters to run only executable files",
	.how = "A child sets and locks SECBIT_EXEC_RESTRICT_FILE; an older securebit is the "
	       "control, as EPERM is what a kernel says that does not know it.",
	.man = "Documentation/userspace-api/check_exec.rst",
	.since = "6.14",
	.needed_by = "script interpreters under an integrity policy",
	.blocked_by = "seccomp; locked securebits",
	.needs = PROBE_SHARES,
	.calls = CALLS(prctl),
	.ask = ask,
};
