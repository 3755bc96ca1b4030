/*
 * Can capabilities be handed to a program that is not root? (probes.md row 190.) OCI's
 * `ambient` set and KEP-2763 are this; without it a non-root container process has none.
 *
 * In a child: a capability that is not inheritable must not be raised (EPERM), one that is
 * must be, and must fall by itself when it is made uninheritable again: so each step is the
 * other's control. EINVAL: older than 4.3. Who has no capability asks in a user namespace.
 */
#include <errno.h>
#include <sys/prctl.h>

#include "caps.h"

#define CAP CAP_NET_BIND_SERVICE

static int is_raised(void)
{
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP, 0, 0);
}

/* 0 or a positive errno. */
static int raise_it(void)
{
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP, 0, 0) < 0 ? errno : 0;
}

/* 0, or -1 and errno. */
static int make_inheritable(bool yes)
{
	struct caps caps;

	if (caps_get(&caps) < 0)
		return -1;
	caps.inheritable = yes ? CAP_BIT(CAP) : 0;
	return caps_set(&caps);
}

static struct verdict refused(const struct ask *a, int err)
{
	int bits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);

	if (err == EPERM && bits >= 0 && (bits & SECBIT_NO_CAP_AMBIENT_RAISE))
		return answer_denied("capability",
			"the securebits of this process forbid ambient capabilities "
			"(SECBIT_NO_CAP_AMBIENT_RAISE)",
			"start it without that bit (systemd: SecureBits=; capsh --secbits)",
			"PR_CAP_AMBIENT_RAISE: EPERM");
	return answer_refused(a, "prctl(ambient_raise)", err);
}

static struct verdict in_child(const struct ask *a, void *arg)
{
	struct verdict v;

	if (is_raised() < 0)
		return answer_refused(a, "prctl(ambient)", errno);
	if (caps_need(a, CAP_BIT(CAP), &v) < 0)
		return v;
	if (make_inheritable(false) < 0)
		return answer_refused(a, "capset", errno);
	int err = raise_it();
	if (err != EPERM)
		return err
			? answer_refused(a, "prctl(ambient_raise)", err)
			: answer_fail("a capability that is not inheritable was raised");
	if (make_inheritable(true) < 0)
		return answer_refused(a, "capset", errno);
	if ((err = raise_it()))
		return refused(a, err);
	bool raised = is_raised() == 1;
	if (make_inheritable(false) < 0)
		return answer_refused(a, "capset", errno);
	if (!raised || is_raised() != 0)
		return answer_fail("an ambient capability %s",
			raised ? "stayed when it was made uninheritable"
			       : "was raised and is not");
	return answer_pass(
		"a capability was raised only while it was inheritable, and fell when it was "
		"not any more");
}

static struct verdict ask(const struct ask *a)
{
	return ask_in_child(a, in_child, NULL);
}

const struct probe probe_caps_ambient = {
	.about = "a program that is not root can be given capabilities (ambient set)",
	.how = "A child raises a capability that is inheritable, and one that is not, which must "
	       "be EPERM; made uninheritable, it must fall by itself.",
	.man = "capabilities(7)",
	.since = "4.3",
	.needed_by = "runc, crun, KEP-2763, systemd AmbientCapabilities=",
	.blocked_by = "securebits (SECBIT_NO_CAP_AMBIENT_RAISE); seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(prctl, capset),
	.ask = ask,
};
