/*
 * Can mount_setattr(2) say where mounts propagate to? (probes.md row 17.)
 *
 * What the kernel lists about a mount is not asked, but whether a new mount is seen: one made
 * in a mount must appear in its peer if they are shared, in a slave but not the other way
 * round, and nowhere once they are private. A bind mount before any of it, where nothing may
 * appear, is the control.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tree.h"
#include "uapi/mount.h"

/* Binds one/ to two/; both have the directories that are mounted on later. */
static int make_pair(void)
{
	static const char *const dirs[] = { "one/a", "one/b", "one/c", "one/d", "one/e" };

	if (mkdir("one", 0755) < 0 || mkdir("two", 0755) < 0 ||
		mount("one", "one", "tmpfs", 0, NULL) < 0)
		return -errno;
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		if (mkdir(dirs[i], 0755) < 0)
			return -errno;
	return 0;
}

static int bind_pair(void)
{
	umount2("two", MNT_DETACH);
	return mount("one", "two", NULL, MS_BIND, NULL) < 0 ? -errno : 0;
}

static int set_propagation(const char *dir, uint64_t propagation)
{
	struct mount_attr attr = { .propagation = propagation };

	return sys_mount_setattr(AT_FDCWD, dir, 0, &attr, sizeof(attr));
}

/* The steps after the control; each needs the one before. */
static const struct step {
	const char *dir; /* whose propagation is set ... */
	uint64_t propagation;
	bool bind_again; /* ... and then bound anew, as it is inherited by a new bind mount */
	const char *stage, *at, *there;
	int want;
	const char *contract;
} steps[] = {
	{ "one", MS_SHARED, true, "mount_setattr(shared)", "one/b", "two/b", 1,
		"a mount made in a shared mount must appear in its peer" },
	{ "two", MS_SLAVE, false, "mount_setattr(slave)", "one/c", "two/c", 1,
		"a mount made in the master must appear in its slave" },
	{ "two", MS_SLAVE, false, "mount_setattr(slave)", "two/d", "one/d", 0,
		"a mount made in a slave must not appear in its master" },
	{ "two", MS_PRIVATE, false, "mount_setattr(private)", "one/e", "two/e", 0,
		"a mount must not appear in a private mount" },
};

static struct verdict take_step(const struct ask *a, const struct step *s)
{
	if (set_propagation(s->dir, s->propagation) < 0)
		return answer_refused(a, s->stage, errno);
	int r = s->bind_again ? bind_pair() : 0;
	if (r == 0)
		r = tree_appears(s->at, s->there);
	if (r < 0)
		return answer_refused(a, "mount", -r);
	if (r != s->want)
		return answer_fail("%s succeeded, but: %s", s->stage, s->contract);
	return answer_pass(
		"a new mount appeared in a shared peer and in a slave, not from the slave "
		"in its master, and in a private mount neither before nor after");
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	int r = make_pair();
	if (r == 0)
		r = bind_pair();
	if (r == 0)
		r = tree_appears("one/a", "two/a");
	if (r < 0)
		return answer_refused(a, "mount", -r);
	if (r != 0)
		return answer_error("mount(bind)", 0,
			"the control failed: a mount appeared in a bind "
			"mount that nothing had made shared");
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		v = take_step(a, &steps[i]);
		if (v.outcome != OUTCOME_PASS)
			break;
	}
	return v;
}

const struct probe probe_mnt_propagation = {
	.about = "mount_setattr(2) makes a mount shared, slave or private",
	.how = "A mount made in a shared mount must appear in its peer, in a slave "
	       "but not back, and in a private one not. A bind mount before any of it "
	       "is the control.",
	.man = "mount_setattr(2)",
	.since = "5.12",
	.needed_by = "runc, crun, systemd",
	.blocked_by = "seccomp",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(mount_setattr),
	.ask = ask,
};
