/*
 * Do the flags of a mount stay where a user namespace inherits it? (probes.md row 26.) Root
 * of a container could otherwise make read-only volumes writable, or get at devices and
 * set-user-id programs on them.
 *
 * A tmpfs is mounted read-only, nosuid, nodev, noexec and noatime. In a child in a new user and
 * mount namespace a remount that leaves out one of them must be EPERM, each in turn, and one
 * that repeats all of them must work, which runtimes rely on. The control is a tmpfs of the
 * child's own, on which the same remounts work.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "tree.h"
#include "uapi/mount.h"

#define ALL (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME)

/* A remount keeps how access times are updated unless it says so: another is named. */
static const struct {
	unsigned long flag, instead;
	const char *name;
} flags[] = {
	{ MS_RDONLY, 0, "ro" },
	{ MS_NOSUID, 0, "nosuid" },
	{ MS_NODEV, 0, "nodev" },
	{ MS_NOEXEC, 0, "noexec" },
	{ MS_NOATIME, MS_STRICTATIME, "noatime" },
};

/* 0 or a positive errno. */
static int remount(const char *dir, unsigned long with)
{
	return mount(NULL, dir, NULL, MS_REMOUNT | MS_BIND | with, NULL) < 0 ? errno : 0;
}

static struct verdict judge(const struct ask *a, size_t i)
{
	unsigned long rest = (ALL & ~flags[i].flag) | flags[i].instead;
	struct statvfs fs;

	int own = remount("own", rest);
	if (own == 0)
		own = remount("own", ALL);
	if (own)
		return answer_refused(a, "mount(remount)", own);
	int inherited = remount("inherited", rest);
	if (inherited == 0)
		return answer_fail(
			"a child user namespace could drop %s of a mount that it had "
			"inherited",
			flags[i].name);
	if (inherited != EPERM)
		return answer_refused(a, "mount(inherited)", inherited);
	if (remount("inherited", ALL) != 0)
		return answer_fail(
			"a child user namespace may not repeat the flags of a mount "
			"that it has inherited");
	if (statvfs("inherited", &fs) < 0 || (fs.f_flag & ALL) != ALL)
		return answer_fail(
			"a remount that repeats the flags of a mount has changed "
			"them to 0x%lx",
			fs.f_flag);
	return answer_pass("kept");
}

static struct verdict ask_inside(const struct ask *a)
{
	static const char *const own[] = { "own", NULL };
	struct verdict v;

	if (tree_make(a, own, &v) < 0)
		return v;
	int err = remount("own", ALL);
	if (err)
		return answer_refused(a, "mount(remount)", err);
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		v = judge(a, i);
		if (v.outcome != OUTCOME_PASS)
			return v;
	}
	return answer_pass(
		"in a child user namespace leaving out ro, nosuid, nodev, noexec or "
		"noatime of an inherited mount gave EPERM and repeating them "
		"worked; of a mount of its own each could be dropped");
}

static struct verdict ask(const struct ask *a)
{
	static const char *const inherited[] = { "inherited", NULL };
	struct verdict v;

	if (tree_make(a, inherited, &v) < 0)
		return v;
	int err = remount("inherited", ALL);
	if (err)
		return answer_refused(a, "mount(remount)", err);
	return tree_inherited(a, ask_inside);
}

const struct probe probe_mnt_locked_flags = {
	.about =
		"a container with a user namespace cannot drop ro, nodev or nosuid of a mount",
	.how = "In a child in a new user namespace each flag of an inherited tmpfs is left out "
	       "in a remount, which must be EPERM; of a tmpfs of its own it must work.",
	.man = "mount_namespaces(7)",
	.since = "3.12",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "runc, crun, KEP-127",
	.blocked_by = "seccomp; user.max_user_namespaces=0 (ENOSPC)",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(mount, unshare),
	.ask = ask,
};
