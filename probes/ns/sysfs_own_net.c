/*
 * Can sysfs be mounted in a user namespace that owns its network namespace? (probes.md row 66.)
 *
 * A pod with a user namespace gets its /sys so. The stages tell the refusals apart: fsopen is
 * the network namespace's owner, fsmount a masked or read-only /sys outside. The effect: what
 * is done to "lo" in the new network namespace, where it is down at first, has to show in
 * this sysfs; the "lo" of the host, which a wrong mount would show, is not changed by it.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ns.h"

/* The flags of "lo" as this sysfs shows them; -1 if it does not. */
static long shown_flags(int sysfs)
{
	char text[32] = "";

	_cleanup_close_ int fd =
		openat(sysfs, "class/net/lo/flags", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return -1;
	return strtol(text, NULL, 16);
}

static int lo_up(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	_cleanup_close_ int s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return s < 0 || ioctl(s, SIOCSIFFLAGS, &lo) < 0 ? errno : 0;
}

static struct verdict ask(const struct ask *a)
{
	const char *stage;

	if (unshare(CLONE_NEWNET) < 0)
		return answer_refused(a, "unshare(net)", errno);
	_cleanup_close_ int sysfs = ns_mount_sysfs(&stage);
	if (sysfs < 0)
		return answer_refused(a, stage, errno);

	long before = shown_flags(sysfs);
	int err = lo_up();
	if (err)
		return answer_refused(a, "ioctl(SIOCSIFFLAGS)", err);
	long after = shown_flags(sysfs);
	if (before < 0 || (before & IFF_UP) || !(after & IFF_UP) || after < 0)
		return answer_fail(
			"sysfs was mounted, but its class/net does not show this network "
			"namespace: the flags of lo are %#lx before and %#lx after it was "
			"brought up",
			before, after);
	return answer_pass(
		"class/net of the new sysfs shows this network namespace: lo was brought "
		"up in it and its flags went from %#lx to %#lx",
		before, after);
}

const struct probe probe_ns_sysfs_own_net = {
	.about =
		"sysfs can be mounted in a user namespace that owns its network namespace",
	.how = "Mounts sysfs over a new network namespace and sees it change when lo "
	       "is brought up there.",
	.man = "user_namespaces(7)",
	.kconfig = "CONFIG_NET_NS",
	.needed_by = "runc, crun, KEP-127, usernetes",
	.blocked_by = NS_USER_BLOCKED "; a masked or read-only /sys (EPERM at fsmount)",
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_MNTNS,
	.calls = CALLS(fsopen, fsconfig, fsmount, unshare),
	.ask = ask,
};
