/*
 * Can a tree of mounts be made read-only all the way down? (probes.md row 14, KEP-3857.)
 *
 * A bind mount made read-only the old way stays writable in its submounts: that is the
 * control. Then mount_setattr(AT_RECURSIVE) on the same tree must turn the same write in the
 * submount into EROFS, while the tree it was cloned from stays writable.
 */
#include "mnt.h"

const struct probe probe_mnt_rro = {
	.about = "a bind mount can be made read-only with everything mounted below it",
	.how = "A tree of two tmpfs is made read-only with AT_RECURSIVE: a write in "
	       "the lower must give EROFS. Under a plain read-only bind mount, the "
	       "control, it must succeed.",
	.man = "mount_setattr(2)",
	.since = "5.12",
	.needed_by = "KEP-3857, docker bind-recursive=readonly, podman rro, containerd, "
		     "CRI-O",
	.blocked_by = "seccomp (EPERM or ENOSYS)",
	.needs = PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(mount_setattr),
	.ask = mnt_ask_rro,
};
