/*
 * Can a bpffs be id-mapped? (probes.md row 44: no kernel up to 6.18 does.) Pinned
 * programs and maps that an agent shares with pods keep the owner they have; a pod in a
 * user namespace sees them as nobody's.
 *
 * A detached one is id-mapped; were that accepted, the owner of its top directory has to
 * change as the mapping says. EINVAL counts only once idmap_refused() has ruled out what
 * else it may mean. In a user namespace creating it is EPERM: it takes the host's root.
 */
#include "idmap_fs.h"

static struct verdict ask(const struct ask *a)
{
	return idmap_ask_new(a, "bpf", FAULT_FILESYSTEM);
}

const struct probe probe_idmap_bpf = {
	.about = "pinned BPF objects can be id-mapped into a user namespace",
	.how = "a fresh detached bpffs is id-mapped; the same call with a bad descriptor gives "
	       "EBADF, which shows that it is the file system that is refused",
	.man = "mount_setattr(2)",
	.kconfig = "CONFIG_USER_NS CONFIG_BPF_SYSCALL",
	.needed_by = "Cilium, bpfman",
	.blocked_by = "seccomp; no CAP_SYS_ADMIN in the initial user namespace (EPERM)",
	.needs = PROBE_NEEDS_MNTNS | PROBE_SHARES,
	.calls = CALLS(mount_setattr, fsopen, fsmount),
	.ask = ask,
};
