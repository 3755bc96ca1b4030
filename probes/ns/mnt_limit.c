/*
 * Can a user namespace limit the mount namespaces made in it? (probes.md row 56.)
 *
 * user.max_mnt_namespaces is each user namespace's own; set to 0 it takes away what asks
 * for such a namespace in it and below. ENOSPC is what a container then sees, and what is
 * always misread as a full disk.
 */
#include "ns_limit.h"
#include "uapi/sched.h"

static struct verdict ask(const struct ask *a)
{
	return ns_limit_ask(a, "mnt", CLONE_NEWNS);
}

const struct probe probe_ns_mnt_limit = {
	.about = "a user namespace can limit the mount namespaces made inside it",
	.how = NS_LIMIT_HOW,
	.man = "namespaces(7)",
	.since = "4.9",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "sandboxes that must not nest, hardened nodes (CIS, STIG)",
	.blocked_by =
		"seccomp; a read-only /proc/sys (EROFS); user.max_user_namespaces=0 "
		"(ENOSPC)",
	.needs = PROBE_NEEDS_USERNS,
	.calls = CALLS(unshare, write),
	.ask = ask,
};
