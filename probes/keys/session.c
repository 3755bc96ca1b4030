/*
 * Can a container get a session keyring of its own? (probes.md row 188.) Without it the keys
 * of whoever started the container would be its too; runc and crun make one for each.
 *
 * A child joins a new anonymous session keyring, and its own child finds itself in it, the
 * control; that one joins another, which must be a new one and its own from then on, while
 * its parent's is still the old. The keyrings count as keys of the user's quota until both
 * are gone. A process that has none is not asked for it: that would make one for its user.
 */
#include <errno.h>

#include "ask.h"
#include "keys.h"

static long join(void)
{
	return sys_keyctl(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0);
}

static long session(void)
{
	return sys_keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0, 0);
}

static struct verdict in_container(const struct ask *a, void *arg)
{
	long outer = *(long *)arg;

	if (session() != outer)
		return answer_fail("a child is not in its parent's session keyring");
	long inner = join();
	if (inner < 0)
		return keys_refused(a, "keyctl(join_session_keyring)", errno);
	if (inner == outer || session() != inner)
		return answer_fail(
			"KEYCTL_JOIN_SESSION_KEYRING succeeded, but the session keyring was %lx "
			"before and is %lx now",
			outer, session());
	return answer_pass(
		"a child joined a new session keyring of its own, having been in its parent's; "
		"that one's is unchanged");
}

static struct verdict in_child(const struct ask *a, void *arg)
{
	long outer = join();

	if (outer < 0)
		return keys_refused(a, "keyctl(join_session_keyring)", errno);
	struct verdict v = ask_in_child(a, in_container, &outer);
	if (v.outcome == OUTCOME_PASS && session() != outer)
		return answer_fail(
			"a child that joined a new session keyring changed its parent's too");
	return v;
}

static struct verdict ask(const struct ask *a)
{
	return ask_in_child(a, in_child, NULL);
}

const struct probe probe_keys_session = {
	.about = "a container gets a session keyring of its own",
	.how = "A child of a process with a session keyring joins a new one: it must be another, "
	       "and its parent's still the old one.",
	.man = "keyctl_join_session_keyring(3)",
	.kconfig = "CONFIG_KEYS",
	.needed_by = "runc, crun, systemd KeyringMode=",
	.blocked_by = "seccomp: docker's default profile; kernel.keys.maxkeys (EDQUOT)",
	.needs = PROBE_SHARES,
	.calls = CALLS(keyctl),
	.ask = ask,
};
