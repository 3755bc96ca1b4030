/*
 * Is a bpf file system refused in a user namespace? (probes.md row 73.)
 *
 * A contract: through one a container would get at BPF, and with delegation (6.9) it is the
 * outer manager who creates it for the container. Creating it from inside must be EPERM; a
 * tmpfs, created by the same calls, is the control.
 */
#include "mnt.h"
#include "ns.h"
#include "ns_refused.h"
#include "uapi/mount.h"

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	int known = mnt_type_known(a->env, "bpf");
	if (known == 0)
		return answer_absent("/proc/filesystems does not have bpf");
	if (known < 0)
		return answer_error("open(filesystems)", 0, "it cannot be read");
	if (ns_refused_control(a, &v) < 0 || ns_refused_type(a, "bpf", &v) < 0)
		return v;
	return answer_pass("creating a bpf file system in a user namespace is EPERM; a "
			   "tmpfs could be created");
}

const struct probe probe_ns_bpffs_refused = {
	.about = "a bpf file system is refused in a user namespace",
	.how = "Creates a bpf file system in a user namespace: EPERM. The same calls "
	       "create a tmpfs.",
	.man = "user_namespaces(7)",
	.kconfig = "CONFIG_BPF_SYSCALL CONFIG_USER_NS",
	.needed_by = "the isolation of containers with a user namespace",
	.blocked_by = NS_USER_BLOCKED,
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_MNTNS | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig),
	.ask = ask,
};
