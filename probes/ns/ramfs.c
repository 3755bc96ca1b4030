/*
 * Can a ramfs be mounted in a user namespace? (probes.md row 72.)
 *
 * It keeps secrets that must never be swapped.
 * It must be a ramfs (statfs(2)), writable, and what is made in it the property of the
 * namespace's root. Nothing is attached.
 */
#include <linux/magic.h>

#include "mnt.h"
#include "ns.h"

static struct verdict ask(const struct ask *a)
{
	return mnt_ask_owned(a, "ramfs", RAMFS_MAGIC);
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
