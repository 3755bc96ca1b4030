/*
 * Is sysfs refused in a user namespace that does not own its network namespace? (probes.md
 * row 66.)
 *
 * A pod with a user namespace and the host's network must not get a sysfs of its own: it
 * would show, and let it configure, the host's devices. This is why runtimes fall back to a
 * bind mount of /sys there. The refusal alone proves nothing, so the control is the same
 * mount in the same process with nothing changed but a network namespace of its own.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "ns.h"
#include "record.h"

static struct verdict ask(const struct ask *a)
{
	char refused[64];
	const char *stage;

	_cleanup_close_ int foreign = ns_mount_sysfs(&stage);
	int err = errno;
	if (foreign < 0 && err != EPERM)
		return answer_refused(a, stage, err);
	snprintf(refused, sizeof(refused), "%s: %s", stage, errno_name(err));

	if (unshare(CLONE_NEWNET) < 0)
		return answer_refused(a, "unshare(net)", errno);
	_cleanup_close_ int own = ns_mount_sysfs(&stage);
	if (own < 0)
		return answer_refused(a, stage, errno);
	if (foreign >= 0)
		return answer_fail(
			"sysfs could be mounted in a user namespace over a network "
			"namespace that it does not own");
	return answer_pass(
		"%s, while the same mount succeeded once the process had a network "
		"namespace of its own",
		refused);
}

const struct probe probe_ns_sysfs_foreign_net = {
	.about = "sysfs is refused in a user namespace over somebody else's network",
	.how = "Mounts sysfs in a user namespace over a network that it does not own "
	       "(EPERM), and then over one of its own.",
	.man = "user_namespaces(7)",
	.kconfig = "CONFIG_NET_NS",
	.needed_by = "the isolation of pods with hostNetwork and a user namespace",
	.blocked_by = NS_USER_BLOCKED "; a masked or read-only /sys (EPERM at fsmount)",
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_MNTNS,
	.calls = CALLS(fsopen, fsconfig, fsmount, unshare),
	.ask = ask,
};
