/*
 * Can a tmpfs be id-mapped inside a user namespace? (probes.md row 38.) Rootless engines
 * and nested containers do it: id-mapped mounts without the host's root.
 *
 * As idmap/tmpfs, but always in a user namespace of one's own, whoever asks: the owner of
 * the top directory of a tmpfs mounted there is looked at before and after. EPERM for a
 * file system mounted there, with EINVAL ruled out, is a policy's; before 6.3 it is
 * EINVAL.
 */
#include "idmap_fs.h"

static struct verdict ask(const struct ask *a)
{
	return idmap_ask_new(a, "tmpfs", FAULT_KERNEL);
}

const struct probe probe_idmap_tmpfs_userns = {
	.about =
		"a tmpfs mounted in a user namespace can be id-mapped there, without root",
	.how = "in a user namespace of its own a fresh detached tmpfs is id-mapped and the owner "
	       "of its top directory compared with what it was before",
	.man = "mount_setattr(2)",
	.since = "6.3",
	.kconfig = "CONFIG_USER_NS CONFIG_TMPFS",
	.needed_by = "rootless podman, docker; nested KEP-127",
	.blocked_by = "seccomp; user.max_user_namespaces=0 (ENOSPC); "
		      "kernel.unprivileged_userns_clone=0, "
		      "kernel.apparmor_restrict_unprivileged_userns=1 (EPERM)",
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_MNTNS | PROBE_SHARES,
	.calls = CALLS(mount_setattr, fsopen, fsmount),
	.ask = ask,
};
