/*
 * Can a rootless runtime make a tree of mounts read-only all the way down? (probes.md row 15.)
 *
 * As mnt/rro, but in a user namespace of one's own, whoever asks: a recursive bind mount of a
 * tmpfs with another below is made read-only the old way, which leaves the submount writable:
 * the control. mount_setattr(AT_RECURSIVE) must then turn the same write into EROFS.
 */
#include "mnt.h"

static struct verdict ask(const struct ask *a)
{
	if (!a->own_userns)
		return answer_error(
			"unshare(user)", 0, "not in a user namespace of its own");
	return mnt_ask_rro(a);
}

const struct probe probe_mnt_rro_userns = {
	.about = "rootless: a bind mount can be made read-only with everything below it",
	.how = "As mnt/rro in a user namespace of its own: a write in a submount must give "
	       "EROFS, and succeed under a plain read-only bind mount.",
	.man = "mount_setattr(2)",
	.since = "5.12",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "rootless podman, rootless docker, KEP-3857",
	.blocked_by = "seccomp; user.max_user_namespaces=0 (ENOSPC); "
		      "kernel.apparmor_restrict_unprivileged_userns",
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(mount_setattr),
	.ask = ask,
};
