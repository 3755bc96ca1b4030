/*
 * Can a hugetlbfs be id-mapped? (probes.md row 40.) Pods that ask for huge pages get them
 * as a volume on hugetlbfs; without this such a pod cannot have a user namespace
 * (crun#1380).
 *
 * A detached one is id-mapped, and the owner of its top directory has to change as the
 * mapping says. EINVAL counts only once idmap_refused() has ruled out what else it may
 * mean. No huge page is taken. In a user namespace creating it is EPERM: it takes the
 * host's root.
 */
#include "idmap_fs.h"

static struct verdict ask(const struct ask *a)
{
	return idmap_ask_new(a, "hugetlbfs", FAULT_KERNEL);
}

const struct probe probe_idmap_hugetlbfs = {
	.about =
		"huge page volumes can be id-mapped, as pods with a user namespace need them",
	.how = "a fresh detached hugetlbfs is id-mapped and the owner of its top directory "
	       "compared with what it was before",
	.man = "mount_setattr(2)",
	.since = "6.9",
	.kconfig = "CONFIG_USER_NS CONFIG_HUGETLBFS",
	.needed_by = "KEP-127, crun, libhugetlbfs",
	.blocked_by = "seccomp; no CAP_SYS_ADMIN in the initial user namespace (EPERM)",
	.needs = PROBE_NEEDS_MNTNS | PROBE_SHARES,
	.calls = CALLS(mount_setattr, fsopen, fsmount),
	.ask = ask,
};
