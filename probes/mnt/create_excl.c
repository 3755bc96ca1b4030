/*
 * Can a mount insist on a file system of its own? (probes.md row 6.) Where another mount of
 * the same device or namespace exists, the kernel hands out that one, with its options; with
 * FSCONFIG_CMD_CREATE_EXCL it must say EBUSY.
 *
 * tmpfs is never shared, so there the command must work; on an older kernel it is EOPNOTSUPP.
 * The effect is asked of mqueue, of which there is one for each IPC namespace: in a fresh one
 * CREATE, the control, must get it and CREATE_EXCL must not.
 */
#include <errno.h>
#include <sched.h>

#include "mnt.h"
#include "uapi/mount.h"

/* Creates a file system: 0, a positive errno, or -1 with *ret_refused. */
static int create(const struct ask *a, const char *type, unsigned command,
	struct verdict *ret_refused)
{
	_cleanup_close_ int fs = mnt_configure(a, type, NULL, ret_refused);

	if (fs < 0)
		return -1;
	return sys_fsconfig(fs, command, NULL, NULL, 0) < 0 ? errno : 0;
}

static struct verdict ask_mqueue(const struct ask *a)
{
	struct verdict v;

	if (mnt_type_known(a->env, "mqueue") != 1)
		return answer_pass("a tmpfs was created with it; that it refuses a file "
				   "system that exists could not be seen without mqueue");
	if (unshare(CLONE_NEWIPC) < 0)
		return answer_refused(a, "unshare(ipc)", errno);
	int shared = create(a, "mqueue", PLIMSOLL_FSCONFIG_CMD_CREATE, &v);
	if (shared < 0)
		return v;
	if (shared)
		return answer_refused(a, "fsconfig(create)", shared);
	int own = create(a, "mqueue", PLIMSOLL_FSCONFIG_CMD_CREATE_EXCL, &v);
	if (own < 0)
		return v;
	if (own == 0)
		return answer_fail("FSCONFIG_CMD_CREATE_EXCL handed out the mqueue file "
				   "system that the IPC namespace has already");
	if (own != EBUSY)
		return answer_refused(a, "fsconfig(create_excl)", own);
	return answer_pass(
		"it created a tmpfs, and gave EBUSY for the mqueue file system that "
		"the IPC namespace has already, which a plain create gets");
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	int plain = create(a, "tmpfs", PLIMSOLL_FSCONFIG_CMD_CREATE, &v);
	if (plain < 0)
		return v;
	if (plain)
		return answer_refused(a, "fsconfig(create)", plain);
	int excl = create(a, "tmpfs", PLIMSOLL_FSCONFIG_CMD_CREATE_EXCL, &v);
	if (excl < 0)
		return v;
	return excl ? answer_refused(a, "fsconfig(create_excl)", excl) : ask_mqueue(a);
}

const struct probe probe_mnt_create_excl = {
	.about = "a mount can insist on a file system of its own instead of a shared one",
	.how = "FSCONFIG_CMD_CREATE_EXCL must create a tmpfs, and be EBUSY for the mqueue "
	       "file system that a fresh IPC namespace has, which a plain create gets.",
	.man = "fsconfig(2)",
	.since = "6.6",
	.blocked_by = "seccomp; no CAP_SYS_ADMIN over the mount namespace (EPERM)",
	.needs = PROBE_NEEDS_MNTNS,
	.calls = CALLS(fsopen, fsconfig),
	.ask = ask,
};
