/*
 * Are there persistent keyrings? (probes.md row 189.) Kerberos keeps tickets in them
 * (KEYRING:persistent), so that they outlive a login or a container.
 *
 * They would outlive this question too, by three days, so it is asked in a user namespace of
 * its own, with which they are gone; they do not count against the quota. The keyring must be
 * the same when it is asked for twice, and bear the user's id in its name. EOPNOTSUPP: built
 * without; the bit in KEYCTL_CAPABILITIES must say the same.
 */
#include <errno.h>
#include <string.h>

#include "ask.h"
#include "keys.h"

/* Linked into the process keyring, which is gone with the child. */
static long get_persistent(void)
{
	return sys_keyctl(KEYCTL_GET_PERSISTENT, -1, KEY_SPEC_PROCESS_KEYRING, 0);
}

static struct verdict in_child(const struct ask *a, void *arg)
{
	const unsigned char *caps = arg;
	char text[200] = "";

	long keyring = get_persistent();
	if (keyring < 0 && errno == EOPNOTSUPP &&
		(caps[0] & KEYCTL_CAPS0_PERSISTENT_KEYRINGS))
		return answer_fail(
			"KEYCTL_CAPABILITIES says that there are persistent keyrings, and "
			"KEYCTL_GET_PERSISTENT that there are not");
	if (keyring < 0)
		return keys_refused(a, "keyctl(get_persistent)", errno);
	if (get_persistent() != keyring)
		return answer_fail("a user has two persistent keyrings");
	if (sys_keyctl(KEYCTL_DESCRIBE, keyring, (uintptr_t)text, sizeof(text) - 1) < 0)
		return keys_refused(a, "keyctl(describe)", errno);
	if (strncmp(text, "keyring;", 8) || !strstr(text, ";_persistent."))
		return answer_fail(
			"what came as a persistent keyring is another: %s", text);
	return answer_pass(
		"a persistent keyring was there, and the same one when asked again: %s",
		strstr(text, "_persistent."));
}

static struct verdict ask(const struct ask *a)
{
	unsigned char caps[2];
	struct verdict v;

	return keys_capabilities(a, caps, &v) < 0 ? v : ask_in_child(a, in_child, caps);
}

const struct probe probe_keys_persistent = {
	.about = "keys can be kept for a user beyond its sessions (persistent keyrings)",
	.how = "KEYCTL_GET_PERSISTENT twice, in a user namespace of its own, with which the "
	       "keyring is gone.",
	.man = "persistent-keyring(7)",
	.since = "3.13",
	.kconfig = "CONFIG_PERSISTENT_KEYRINGS",
	.needed_by = "Kerberos (KEYRING:persistent)",
	.blocked_by = "seccomp: docker's default profile; kernel.keys.maxkeys (EDQUOT)",
	.needs = PROBE_NEEDS_USERNS | PROBE_SHARES,
	.calls = CALLS(keyctl),
	.ask = ask,
};
