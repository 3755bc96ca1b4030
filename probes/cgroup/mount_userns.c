/*
 * Can a container with a user namespace mount its own cgroup2? (probes.md row 93.)
 * systemd and other engines inside of it do.
 *
 * A cgroup namespace is made in a user namespace of one's own; without it the mount
 * would be refused, and from the first cgroup namespace it would change the options of
 * every other mount, so that is never tried. The mount, which is attached nowhere, has
 * to show this process's own cgroup as its top: the same directory, by device and inode,
 * as the one in the cgroup2 that is mounted here.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "mnt.h"

/* Is the top of the new mount the cgroup that this process was in? */
static struct verdict compare(const struct ask *a, int mnt, int own)
{
	struct stat top, before;
	char list[512];

	int r = cgroup_read(mnt, "cgroup.controllers", list, sizeof(list));
	if (r < 0)
		return answer_refused(a, "read(cgroup.controllers)", -r);
	if (own < 0)
		return answer_pass(
			"cgroup2 was mounted in a user and a cgroup namespace of one's "
			"own (to be compared with nothing: no cgroup2 is seen here)");
	if (fstat(mnt, &top) < 0 || fstat(own, &before) < 0)
		return answer_error("fstat", errno, "fstat: %s", strerror(errno));
	if (top.st_dev != before.st_dev || top.st_ino != before.st_ino)
		return answer_fail(
			"cgroup2 could be mounted, but its top is not the cgroup that "
			"this process is in");
	return answer_pass(
		"cgroup2 was mounted in a user and a cgroup namespace of one's own; its "
		"top is this process's cgroup");
}

static struct verdict ask(const struct ask *a)
{
	struct env_cgroup cg = { 0 };
	struct verdict v;

	if (!a->own_userns)
		return answer_error("unshare(user)", 0, "no user namespace of one's own");
	_cleanup_close_ int own = env_cgroup(a->env, &cg) == 0 && *cg.own
		? open(cg.own, O_PATH | O_DIRECTORY | O_CLOEXEC)
		: -1;
	if (unshare(CLONE_NEWCGROUP) < 0)
		return answer_refused(a, "unshare(cgroup)", errno);
	_cleanup_close_ int mnt = mnt_make(a, "cgroup2", NULL, &v);
	return mnt < 0 ? v : compare(a, mnt, own);
}

const struct probe probe_cgroup_mount_userns = {
	.about = "a container with its own user and cgroup namespace can mount cgroup2",
	.how = "In a user and a cgroup namespace of one's own cgroup2 is mounted, "
	       "detached; its top has to be this process's own cgroup, by device and "
	       "inode.",
	.man = "cgroup_namespaces(7)",
	.since = "4.6",
	.kconfig = "CONFIG_CGROUPS CONFIG_USER_NS",
	.needed_by = "systemd in containers, systemd-nspawn, nested podman",
	.blocked_by =
		"policies on user namespaces; user.max_cgroup_namespaces=0 (ENOSPC); "
		"seccomp",
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_MNTNS,
	.calls = CALLS(unshare, fsopen, fsconfig, fsmount),
	.ask = ask,
};
