/*
 * Can the mount namespaces be walked? (probes.md row 63.)
 *
 * NS_MNT_GET_NEXT goes from one that was just made to a second one made after it, past those
 * of others, and NS_MNT_GET_PREV back. NS_MNT_GET_INFO, for anyone, counts the mounts: one
 * more after one was made. Walking is for who may see all namespaces: EPERM to others since a
 * security fix of early 2026; before, they saw those they owned. ENOTTY: not in this kernel.
 */
#include <errno.h>
#include <sched.h>
#include <sys/capability.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "ns.h"
#include "uapi/nsfs.h"

#define FAR          10000      /* others may make more while this walks */
#define FIRST_PID_NS 0xEFFFFFFC /* the inode of the initial pid namespace */

/* From `from` until `to`. 0, a positive errno, or -1 if it is not found. */
static int walk(int from, uint64_t to, unsigned long call)
{
	struct plimsoll_mnt_ns_info info = { .size = sizeof(info) };
	int at = -1, next = from;

	for (int i = 0; i < FAR && info.mnt_ns_id != to; i++) {
		next = ioctl(next, call, &info);
		int err = errno;
		cleanup_close(&at);
		if (next < 0)
			return err == ENOENT ? -1 : err;
		at = next;
	}
	cleanup_close(&at);
	return info.mnt_ns_id == to ? 0 : -1;
}

static struct verdict walk_refused(const struct ask *a, int err)
{
	struct stat st;

	_cleanup_close_ int pid_ns = ns_open(a->env, "pid");
	bool outside = a->env->own_userns || a->own_userns || fstat(pid_ns, &st) < 0 ||
		st.st_ino != FIRST_PID_NS;
	if (err < 0)
		return answer_fail(
			"walking the mount namespaces did not come to one that there is");
	if (err == EPERM && (outside || !env_has_cap(a->env, CAP_SYS_ADMIN)))
		return answer_denied("ownership",
			"only root of the initial user and pid namespace may walk them",
			"ask as root on the host, or in its user and pid namespace (docker, podman: "
			"--privileged --pid=host)",
			"ioctl(NS_MNT_GET_NEXT): EPERM; NS_MNT_GET_INFO works");
	return answer_refused(a, "ioctl(NS_MNT_GET_NEXT)", err);
}

static struct verdict ask(const struct ask *a)
{
	struct plimsoll_mnt_ns_info one = { .size = sizeof(one) }, two = one, less;
	struct verdict v;

	_cleanup_close_ int first = ns_own(a, "mnt", &v);
	if (first < 0)
		return v;
	if (ioctl(first, PLIMSOLL_NS_MNT_GET_INFO, &one) < 0)
		return answer_refused(a, "ioctl(NS_MNT_GET_INFO)", errno);
	if (ns_unshare(a, "mnt", CLONE_NEWNS, &v) < 0)
		return v;
	_cleanup_close_ int second = ns_own(a, "mnt", &v);
	if (second < 0)
		return v;
	less = two;
	if (ioctl(second, PLIMSOLL_NS_MNT_GET_INFO, &less) < 0)
		return answer_refused(a, "ioctl(NS_MNT_GET_INFO)", errno);
	if (mount("plimsoll", "/", "tmpfs", 0, NULL) < 0)
		return answer_refused(a, "mount(tmpfs)", errno);
	if (ioctl(second, PLIMSOLL_NS_MNT_GET_INFO, &two) < 0)
		return answer_refused(a, "ioctl(NS_MNT_GET_INFO)", errno);
	if (one.mnt_ns_id == two.mnt_ns_id || two.nr_mounts != less.nr_mounts + 1)
		return answer_fail(
			"NS_MNT_GET_INFO does not count a mount, or tell two namespaces apart");
	int err = walk(first, two.mnt_ns_id, PLIMSOLL_NS_MNT_GET_NEXT);
	if (!err)
		err = walk(second, one.mnt_ns_id, PLIMSOLL_NS_MNT_GET_PREV);
	if (err)
		return walk_refused(a, err);
	return answer_pass(
		"from one mount namespace the next one was reached, and from "
		"there the first; NS_MNT_GET_INFO counted a mount that was made");
}

const struct probe probe_ns_mntns_walk = {
	.about = "all mount namespaces can be walked, with their number of mounts",
	.how = "Walks from one new mount namespace to another and back, and counts its "
	       "mounts before and after one is made.",
	.man = "ioctl_nsfs(2)",
	.since = "6.12",
	.needed_by = "tools that list the mounts of all containers",
	.blocked_by =
		"seccomp; another user or pid namespace than the initial one (EPERM)",
	.needs = PROBE_NEEDS_MNTNS,
	.calls = CALLS(ioctl, unshare),
	.ask = ask,
};
