/*
 * Are the names of keyrings private to a user namespace? (probes.md row 189.) Otherwise a
 * container whose user exists on the host too could join that one's keyrings by name.
 *
 * A process joins a session keyring that it names. A child of it that joins the same name
 * gets the same keyring, which is the control; one that is in a user namespace of its own
 * must get another. The keyrings are gone with the processes.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "ask.h"
#include "keys.h"
#include "ns.h"

struct named {
	char name[32];
	long keyring;    /* the one of the parent */
	bool own_userns; /* the child is to make one first */
};

static struct verdict join_again(const struct ask *a, void *arg)
{
	const struct named *named = arg;

	if (named->own_userns && unshare(CLONE_NEWUSER) < 0)
		return answer_refused(a, "unshare(user)", errno);
	if (sys_keyctl(KEYCTL_JOIN_SESSION_KEYRING, (uintptr_t)named->name, 0, 0) < 0)
		return keys_refused(a, "keyctl(join_session_keyring)", errno);
	long keyring = sys_keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0, 0);
	if (keyring < 0)
		return keys_refused(a, "keyctl(get_keyring_id)", errno);
	return keyring == named->keyring ? answer_pass("the same")
					 : answer_absent("another");
}

static struct verdict in_child(const struct ask *a, void *arg)
{
	struct named named = { 0 };

	snprintf(named.name, sizeof(named.name), "plimsoll.%d", getpid());
	named.keyring =
		sys_keyctl(KEYCTL_JOIN_SESSION_KEYRING, (uintptr_t)named.name, 0, 0);
	if (named.keyring < 0)
		return keys_refused(a, "keyctl(join_session_keyring)", errno);
	/* Only what the user may search is found by its name. */
	if (sys_keyctl(KEYCTL_SETPERM, named.keyring, KEY_POS_ALL | KEY_USR_ALL, 0) < 0)
		return keys_refused(a, "keyctl(setperm)", errno);
	struct verdict control = ask_in_child(a, join_again, &named);
	named.own_userns = true;
	struct verdict v = ask_in_child(a, join_again, &named);
	if (control.outcome != OUTCOME_PASS && control.outcome != OUTCOME_ABSENT)
		return control;
	if (control.outcome == OUTCOME_ABSENT && !ns_ids_mapped(a->env))
		return answer_denied("unmapped",
			"this process's user or group id is not mapped in the user namespace it is "
			"in, and keyrings of such a user are found by nobody",
			"map the id when that namespace is made (unshare --map-current-user, "
			"docker: --userns, podman: --userns=keep-id)",
			"a child that joined its parent's session keyring by name got another");
	if (control.outcome == OUTCOME_ABSENT)
		return answer_fail(
			"a child that joined its parent's session keyring by name got another");
	if (v.outcome == OUTCOME_ABSENT)
		return answer_pass(
			"joining a keyring by its name gave another one in a user namespace, and "
			"the same one outside");
	if (v.outcome == OUTCOME_PASS)
		return answer_absent(
			"from a user namespace a keyring outside of it could be joined by its name");
	return v;
}

static struct verdict ask(const struct ask *a)
{
	unsigned char caps[2];
	struct verdict v;

	if (keys_capabilities(a, caps, &v) < 0)
		return v;
	v = ask_in_child(a, in_child, NULL);
	if (v.outcome == OUTCOME_PASS && !(caps[1] & KEYCTL_CAPS1_NS_KEYRING_NAME))
		return answer_fail(
			"names of keyrings are private to user namespaces, but "
			"KEYCTL_CAPABILITIES does not say so");
	return v;
}

const struct probe probe_keys_userns = {
	.about =
		"a container with a user namespace cannot join the host's keyrings by name",
	.how = "A process joins a session keyring that it names; a child that joins the same "
	       "name must get the same, and one in a user namespace of its own another.",
	.man = "user_namespaces(7)",
	.since = "5.3",
	.kconfig = "CONFIG_KEYS CONFIG_USER_NS",
	.needed_by = "KEP-127, rootless containers",
	.blocked_by = "seccomp: docker's default profile; kernel.keys.maxkeys (EDQUOT)",
	.needs = PROBE_SHARES,
	.calls = CALLS(keyctl, unshare),
	.ask = ask,
};
