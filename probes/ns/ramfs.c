/*
 * Can a ramfs be mounted in a user namespace? (probes.md row 72.)
 *
 * It keeps secrets that must never be swapped.
 * It must be a ramfs (statfs(2)), writable, and what is made in it the property of the
 * namespace's root. Nothing is attached.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "mnt.h"
#include "ns.h"

static struct verdict ask(const struct ask *a)
{
	struct verdict v;
	struct statfs fs;
	struct stat st;

	_cleanup_close_ int mnt = mnt_make(a, "ramfs", NULL, &v);
	if (mnt < 0)
		return v;
	if (fstatfs(mnt, &fs) < 0)
		return answer_refused(a, "fstatfs", errno);
	if (fs.f_type != RAMFS_MAGIC)
		return answer_fail("a ramfs was mounted, but statfs(2) says it is %#lx",
			(unsigned long)fs.f_type);
	if (mkdirat(mnt, "plimsoll", 0755) < 0)
		return answer_refused(a, "mkdirat", errno);
	if (fstatat(mnt, "plimsoll", &st, 0) < 0 || st.st_uid != 0 || st.st_gid != 0)
		return answer_fail(
			"what root of a user namespace makes in its ramfs is not "
			"its own");
	return answer_pass(
		"a fresh ramfs could be mounted and written, and what was made in "
		"it belongs to the namespace's root");
}

const struct probe probe_ns_ramfs = {
	.about = "a ramfs can be mounted in a user namespace",
	.how = "Mounts a fresh ramfs in a user namespace, makes a directory in it and "
	       "looks at its owner.",
	.man = "user_namespaces(7)",
	.needed_by = "systemd credentials, secrets that must not be swapped",
	.blocked_by = NS_USER_BLOCKED,
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_MNTNS | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
