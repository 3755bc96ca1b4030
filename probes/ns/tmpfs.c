/*
 * Can a tmpfs be mounted in a user namespace? (probes.md row 72.)
 *
 * It is /dev, /run and /tmp of a container, and each emptyDir in memory.
 * It must be a tmpfs (statfs(2)), writable, and what is made in it the property of the
 * namespace's root. Nothing is attached.
 */
#include <linux/magic.h>

#include "mnt.h"
#include "ns.h"

static struct verdict ask(const struct ask *a)
{
	return mnt_ask_owned(a, "tmpfs", TMPFS_MAGIC);
}

const struct probe probe_ns_tmpfs = {
	.about = "a tmpfs can be mounted in a user namespace",
	.how = "Mounts a fresh tmpfs in a user namespace, makes a directory in it and "
	       "looks at its owner.",
	.man = "user_namespaces(7)",
	.kconfig = "CONFIG_TMPFS",
	.needed_by = "every rootless container runtime",
	.blocked_by = NS_USER_BLOCKED,
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_MNTNS | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
