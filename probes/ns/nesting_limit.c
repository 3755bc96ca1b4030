/*
 * How deep can user namespaces be nested? (probes.md row 55.)
 *
 * A contract: 33 below the machine's first, and the next is ENOSPC, which CI in CI in CI reads
 * as a full disk. A child nests until it is refused. It could have met a sysctl instead, so
 * the control: while it lives, and all of its namespaces are counted, one more can still be
 * made at the top. In a container the count starts at its own depth, which cannot be seen.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "ns.h"
#include "setting.h"

#define DEEPEST 33 /* what is made below the initial one */
#define BOUND   40 /* for a kernel without limit */

/* Where a level may be refused, and what a child says of it. */
enum step { STEP_UNSHARE, STEP_UID_MAP, STEP_GID_MAP };

static int say(int level, enum step step, int err)
{
	return level | step << 8 | err << 16;
}

/* A level down, mapped, as who has no id in one may not make the next. 0 or the errno. */
static int descend(uid_t uid, gid_t gid, enum step *ret_step)
{
	char map[32];

	*ret_step = STEP_UNSHARE;
	if (unshare(CLONE_NEWUSER) < 0)
		return errno;
	after_credentials(getppid());
	*ret_step = STEP_UID_MAP;
	snprintf(map, sizeof(map), "0 %u 1", uid);
	int r = write_file(AT_FDCWD, "/proc/self/uid_map", map);
	if (r < 0)
		return -r;
	*ret_step = STEP_GID_MAP;
	snprintf(map, sizeof(map), "0 %u 1", gid);
	r = write_file(AT_FDCWD, "/proc/self/gid_map", map);
	if (r == -EPERM) { /* setgroups was not given up above */
		write_file(AT_FDCWD, "/proc/self/setgroups", "deny");
		r = write_file(AT_FDCWD, "/proc/self/gid_map", map);
	}
	return -r;
}

static int nest(void *arg)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	enum step step = STEP_UNSHARE;
	int level = 0, err = 0;

	while (level < BOUND && (err = descend(uid, gid, &step)) == 0) {
		level++;
		uid = gid = 0;
	}
	return say(level, step, err);
}

static struct verdict ask(const struct ask *a)
{
	static const char *const stages[] = { [STEP_UNSHARE] = "unshare(user)",
		[STEP_UID_MAP] = "write(uid_map)",
		[STEP_GID_MAP] = "write(gid_map)" };
	_cleanup_ns_child_ struct ns_child child = { 0 };
	struct verdict v;

	int said = ns_hold(nest, NULL, &child, &v);
	if (said < 0)
		return v;
	int level = said & 0xff, step = said >> 8 & 0xff, err = said >> 16;
	if (err && ((err != ENOSPC && err != EUSERS) || step != STEP_UNSHARE))
		return answer_refused(a, stages[step], err);
	if (ns_unshare(a, "user", CLONE_NEWUSER, &v) < 0)
		return v;
	if (!err)
		return answer_fail(
			"%d user namespaces could be nested, and no end to it", level);
	if (!a->env->own_userns && level != DEEPEST)
		return answer_fail(
			"%d user namespaces could be nested, and not %d", level, DEEPEST);
	return answer_pass(
		"%d user namespaces could be nested and the next was ENOSPC, while one "
		"more could still be made beside them",
		level);
}

const struct probe probe_ns_nesting_limit = {
	.about = "user namespaces can be nested 33 deep, and there it ends with ENOSPC",
	.how = "Nests user namespaces in a child until one is refused with ENOSPC, and "
	       "then makes one more at the top, which has to succeed.",
	.man = "user_namespaces(7)",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "containers in containers, CI in CI",
	.blocked_by = NS_USER_BLOCKED "; user.max_user_namespaces below 40 (ENOSPC)",
	.calls = CALLS(unshare, write),
	.ask = ask,
};
