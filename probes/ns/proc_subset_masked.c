/*
 * Can a proc of processes only be mounted where /proc is masked? (probes.md row 68.)
 *
 * In a container with masked paths no proc can be mounted (EPERM at fsmount(2), "mount too
 * revealing"), though one with subset=pid reveals nothing of what is masked; newer kernels let
 * that be mounted. The mask: a mount namespace that has nothing but a /proc with one of its
 * files covered, and a user namespace made inside, for which the cover is locked. The control
 * is that there a whole proc is refused.
 *
 * Such a mount namespace is made with OPEN_TREE_NAMESPACE (7.0). A kernel without that is not
 * asked further: it is older than what is asked for, and would print a line to its log.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>

#include "mnt.h"
#include "ns.h"
#include "uapi/mount.h"

#ifndef OPEN_TREE_NAMESPACE
#define OPEN_TREE_NAMESPACE 2
#endif

static struct verdict ask_first(const struct ask *a, void *arg)
{
	static const struct mnt_option options[] = { { "subset", "pid" }, { 0 } };
	struct verdict v, whole_refused;

	_cleanup_close_ int whole = mnt_make(a, "proc", NULL, &whole_refused);
	if (whole >= 0)
		return answer_fail("a whole proc could be mounted where /proc is masked");
	if (strcmp(whole_refused.layer, "mask"))
		return whole_refused;
	_cleanup_close_ int subset = mnt_make(a, "proc", options, &v);
	if (subset >= 0)
		return answer_pass("where /proc is masked a proc could be mounted with "
				   "subset=pid; without it, it is EPERM");
	if (strcmp(v.layer, "mask"))
		return v;
	return answer_absent(
		"where /proc is masked a proc is refused with subset=pid, too "
		"(EPERM at fsmount)");
}

static struct verdict tree_refused(const struct ask *a, int err)
{
	struct verdict control;

	if (err == EINVAL) {
		_cleanup_close_ int clone = mnt_clone(a, AT_FDCWD, ".", true, &control);
		return clone < 0
			? control
			: answer_absent(
				  "open_tree(2) does not know OPEN_TREE_NAMESPACE (EINVAL): "
				  "the kernel is older than what is asked");
	}
	return answer_refused(a, "open_tree(namespace)", err);
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	if (mkdir("proc", 0755) < 0)
		return answer_error(
			"mkdir", errno, "the scratch tmpfs cannot be written");
	if (mount("/proc", "proc", NULL, MS_BIND | MS_REC, NULL) < 0 ||
		mount("proc/version", "proc/uptime", NULL, MS_BIND, NULL) < 0)
		return answer_refused(a, "mount(bind)", errno);
	_cleanup_close_ int ns = sys_open_tree(
		AT_FDCWD, ".", OPEN_TREE_NAMESPACE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	if (ns < 0)
		return tree_refused(a, errno);
	if (setns(ns, CLONE_NEWNS) < 0)
		return answer_refused(a, "setns(mnt)", errno);
	if (ns_unshare(a, "user,mnt", CLONE_NEWUSER | CLONE_NEWNS, &v) < 0 ||
		map_self(a, 0, 0, &v) < 0)
		return v;
	return ns_first(a, ask_first, NULL);
}

const struct probe probe_ns_proc_subset_masked = {
	.about =
		"a proc of processes only can be mounted in a container with masked paths",
	.how = "Masks a file of /proc in a mount namespace that has no other proc, and "
	       "mounts proc in a user namespace inside: with subset=pid and, as "
	       "control, without.",
	.man = "Documentation/filesystems/proc.rst",
	.kconfig = "CONFIG_PROC_FS CONFIG_PID_NS",
	.needed_by = "podman and bubblewrap in a container with masked paths, benchexec",
	.blocked_by = NS_USER_BLOCKED,
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_SCRATCH,
	.calls = CALLS(fsopen, fsmount, open_tree, unshare),
	.ask = ask,
};
