/*
 * Can a devpts be id-mapped? (probes.md row 44: no kernel up to 6.18 does.) A container's
 * terminals are on it, and who shares it with a pod in a user namespace has to know that
 * its owners stay as they are.
 *
 * A detached one of the asker's own is id-mapped; were that accepted, the owner of its
 * top directory has to change as the mapping says. EINVAL counts only once
 * idmap_refused() has ruled out what else it may mean: then it is the file system that
 * cannot.
 */
#include "idmap_fs.h"

static struct verdict ask(const struct ask *a)
{
	return idmap_ask_new(a, "devpts", FAULT_FILESYSTEM);
}

const struct probe probe_idmap_devpts = {
	.about = "a devpts can be id-mapped into a user namespace",
	.how = "a fresh detached devpts is id-mapped; the same call with a bad descriptor gives "
	       "EBADF, which shows that it is the file system that is refused",
	.man = "mount_setattr(2)",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "runc, crun (bind mounts into a user namespace)",
	.blocked_by = "seccomp; user.max_user_namespaces=0 (ENOSPC)",
	.modules = "fs-devpts",
	.needs = PROBE_NEEDS_MNTNS | PROBE_SHARES,
	.calls = CALLS(mount_setattr, fsopen, fsmount),
	.ask = ask,
};
