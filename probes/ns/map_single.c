/*
 * What may be mapped into a user namespace without privilege outside of it? (probes.md row 50.)
 *
 * A contract that rootless containers fall back on and hosts rely on: from inside, one's own
 * id can be mapped, once, and nobody else's. Each refusal is EPERM and beside it the write
 * that differs in one thing and is accepted, after which the process is uid 0 there. Who may
 * set ids outside (root) can map a range, which is asked where there are more ids than one.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/capability.h>
#include <unistd.h>

#include "ns.h"

static int map(unsigned long uid, unsigned count)
{
	char text[48];

	snprintf(text, sizeof(text), "0 %lu %u", uid, count);
	return write_file(AT_FDCWD, "/proc/self/uid_map", text);
}

static struct verdict not_refused(const struct ask *a, const char *what, int r)
{
	if (r == 0)
		return answer_fail("from inside a new user namespace %s", what);
	return answer_refused(a, "write(uid_map)", -r);
}

/* A range, mapped from outside. 1: done, 0: not to be asked here, -1 with *ret_refused. */
static int map_range(const struct ask *a, struct verdict *ret_refused)
{
	if (!env_has_cap(a->env, CAP_SETUID) || ns_maps(a->env, "uid_map", 1) <= 0 ||
		ns_maps(a->env, "uid_map", 2) <= 0)
		return 0;
	_cleanup_close_ int ns = ask_userns(a, "0 1 2", NULL, ret_refused);
	return ns < 0 ? -1 : 1;
}

static struct verdict ask(const struct ask *a)
{
	unsigned long uid = geteuid();
	struct verdict v;

	int range = map_range(a, &v);
	if (range < 0 || ns_unshare(a, "user", CLONE_NEWUSER, &v) < 0)
		return v;
	int r = map(uid == 1 ? 2 : 1, 1);
	if (r != -EPERM)
		return not_refused(a, "another's uid could be mapped", r);
	r = map(uid, 2);
	if (r != -EPERM)
		return not_refused(a, "a range of two uids could be mapped", r);
	r = map(uid, 1);
	if (r < 0)
		return answer_refused(a, "write(uid_map)", -r);
	if (geteuid() != 0)
		return answer_fail(
			"\"0 %lu 1\" was accepted as uid_map, but the process is uid %u",
			uid, geteuid());
	r = map(uid, 1);
	if (r != -EPERM)
		return not_refused(a, "uid_map could be written twice", r);
	return answer_pass(
		"\"0 %lu 1\" was accepted as uid_map and made the process root there; "
		"another's uid, a range and a second write were EPERM%s",
		uid, range ? "; from outside, with CAP_SETUID, a range is accepted" : "");
}

const struct probe probe_ns_map_single = {
	.about = "anyone can map their own id into a user namespace, and no other",
	.how = "Writes uid_map from inside: another's id, a range and a second write "
	       "have to be EPERM, one's own id alone has to be accepted and make one "
	       "root there.",
	.man = "user_namespaces(7)",
	.since = "3.8",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "rootless podman without subuids, bubblewrap, unshare",
	.blocked_by = NS_USER_BLOCKED "; AppArmor lets the namespace be made and refuses "
				      "uid_map (EPERM)",
	.calls = CALLS(unshare, write),
	.ask = ask,
};
