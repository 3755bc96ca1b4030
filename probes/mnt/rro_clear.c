/*
 * Does read-only stay on a mount that was handed into a user namespace? (probes.md rows 14
 * and 26.)
 *
 * A container with a user namespace has root of its own; if that could clear the flag of a
 * mount it inherited, a read-only volume would be read-only by courtesy. So a read-only tmpfs
 * is inherited by a child in a new user and mount namespace, which asks mount_setattr(2) to
 * clear the flag: of the mount itself, then of a bind mount made of it. Both must be EPERM
 * and writing must still give EROFS. EPERM alone would prove nothing: the control is that
 * the same call clears the flag of a mount which the child has made itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ask.h"
#include "mnt.h"
#include "uapi/mount.h"

/* A tmpfs that is read-only by the mount's flag alone. */
static int mount_rdonly(const char *dir)
{
	if (mount("t", dir, "tmpfs", 0, NULL) < 0 ||
		mount(NULL, dir, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) < 0)
		return -errno;
	return 0;
}

/* 0 or a positive errno. */
static int clear_rdonly(const char *dir)
{
	struct mount_attr rw = { .attr_clr = MOUNT_ATTR_RDONLY };

	return sys_mount_setattr(AT_FDCWD, dir, AT_RECURSIVE, &rw, sizeof(rw)) < 0 ? errno
										   : 0;
}

static struct verdict judge(const struct ask *a, const char *dir, const char *what)
{
	int err = clear_rdonly(dir);

	if (err == 0 || mnt_try_write(AT_FDCWD, dir) != EROFS)
		return answer_fail(
			"a child user namespace could clear the read-only flag of %s",
			what);
	if (err != EPERM)
		return answer_refused(a, "mount_setattr(clear)", err);
	return answer_pass(
		"a child user namespace got EPERM when it cleared the read-only flag of "
		"an inherited mount and of a bind mount of it, and EROFS on writing; on "
		"a mount of its own the same call worked");
}

static struct verdict ask_inside(const struct ask *a, void *arg)
{
	struct verdict v;
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return answer_refused(a, "unshare(user,mnt)", errno);
	if (map_self(a, uid, gid, &v) < 0)
		return v;
	int r = mount_rdonly("own");
	if (r == 0 && mount("inherited", "bind", NULL, MS_BIND, NULL) < 0)
		r = -errno;
	if (r < 0)
		return answer_refused(a, "mount", -r);
	if (mnt_try_write(AT_FDCWD, "own") != EROFS ||
		mnt_try_write(AT_FDCWD, "inherited") != EROFS)
		return answer_error(
			"mount(ro)", 0, "the mounts to ask about are not read-only");

	int err = clear_rdonly("own");
	if (err)
		return answer_refused(a, "mount_setattr", err);
	if (mnt_try_write(AT_FDCWD, "own") != 0)
		return answer_fail(
			"clearing MOUNT_ATTR_RDONLY succeeded on a mount of the child's "
			"own, but it could not be written");
	v = judge(a, "inherited", "a mount it had inherited");
	return v.outcome == OUTCOME_PASS
		? judge(a, "bind", "a bind mount of one it had inherited")
		: v;
}

static struct verdict ask(const struct ask *a)
{
	if (mkdir("inherited", 0755) < 0 || mkdir("own", 0755) < 0 ||
		mkdir("bind", 0755) < 0)
		return answer_error(
			"mkdir", errno, "the scratch tmpfs cannot be written");
	int r = mount_rdonly("inherited");
	if (r < 0)
		return answer_refused(a, "mount", -r);
	return ask_in_child(a, ask_inside, NULL);
}

const struct probe probe_mnt_rro_clear = {
	.about =
		"a container with a user namespace cannot make its read-only volumes writable",
	.how = "A child in a new user namespace tries to clear the flag of an "
	       "inherited mount, which must be EPERM. On a mount of its own the same "
	       "call must work.",
	.man = "mount_setattr(2)",
	.since = "5.12",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "KEP-127, KEP-3857",
	.blocked_by = "seccomp; user.max_user_namespaces=0 (ENOSPC)",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(mount_setattr),
	.ask = ask,
};
