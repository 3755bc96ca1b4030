/*
 * Can a ntfs3 be id-mapped? (probes.md row 33.) On it are disks that are shared with
 * Windows.
 *
 * The owner of the top directory is looked at before and after
 * mount_setattr(MOUNT_ATTR_IDMAP) on the same detached mount: a clone of one that is
 * there, else a fresh image made by its own mkfs(8). fsopen(2) gives ENODEV where the
 * kernel does not know the type; EINVAL of mount_setattr(2) counts only once
 * idmap_refused() has ruled out what else it may mean. Mounting a block device takes the
 * host's root: others are denied.
 */
#include "idmap_fs.h"

static struct verdict ask(const struct ask *a)
{
	return idmap_ask_block(a, "ntfs3");
}

const struct probe probe_idmap_ntfs3 = {
	.about = "an NTFS volume (ntfs3) can be id-mapped into a user namespace",
	.how = "a detached clone of a ntfs3 that is mounted, else a fresh image on a loop "
	       "device, is id-mapped, and the owner of its top directory compared with what "
	       "it was before",
	.man = "mount_setattr(2)",
	.since = "5.15",
	.kconfig = "CONFIG_USER_NS CONFIG_NTFS3_FS",
	.needed_by = "KEP-127, containerd, runc, crun",
	.blocked_by =
		"seccomp; no CAP_SYS_ADMIN in the initial user namespace (EPERM); a container "
		"without /dev/loop-control; mkfs not installed; RHEL 9 before "
		"5.14.0-334.el9 (EPERM)",
	.modules = "fs-ntfs3",
	.needs = PROBE_NEEDS_SCRATCH,
	.calls = CALLS(mount_setattr, fsopen),
	.ask = ask,
};
