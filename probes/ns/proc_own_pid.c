/*
 * Can proc be mounted in a user namespace that owns its pid namespace? (probes.md row 67.)
 *
 * Each container in a container needs it. The new proc must show the new namespace: it has
 * the asking process as 1, and nothing of the outer ones, which the old /proc still shows.
 * EPERM at fsmount(2) means that /proc is masked here (maskedPaths of an outer container),
 * and that a fresh one would reveal what is masked. Nothing is attached.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mnt.h"
#include "ns.h"

/* How many processes a proc shows; -1 if it cannot be read. */
static int processes(int proc)
{
	int fd = openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	int count = 0;

	while (dir && (e = readdir(dir)))
		count += *e->d_name >= '1' && *e->d_name <= '9';
	return dir ? count : -1;
}

static struct verdict ask_first(const struct ask *a, void *arg)
{
	char self[16] = "", old[16] = "";
	struct verdict v;

	_cleanup_close_ int proc = mnt_make(a, "proc", NULL, &v);
	if (proc < 0)
		return v;
	if (readlink("/proc/self", old, sizeof(old) - 1) < 0 ||
		readlinkat(proc, "self", self, sizeof(self) - 1) < 0)
		return answer_refused(a, "readlinkat(self)", errno);
	int count = processes(proc);
	if (strcmp(self, "1") || count != 1)
		return answer_fail("a proc mounted in a new pid namespace shows %d "
				   "processes, and this one as %s",
			count, self);
	return answer_pass("the new proc shows one process, which is 1 there and %s in "
			   "the old /proc",
		old);
}

static struct verdict ask(const struct ask *a)
{
	return ns_first(a, ask_first, NULL);
}

const struct probe probe_ns_proc_own_pid = {
	.about = "proc can be mounted in a user namespace that owns its pid namespace",
	.how = "Mounts proc as the first process of a new pid namespace: it must show "
	       "that one process only.",
	.man = "user_namespaces(7)",
	.kconfig = "CONFIG_PID_NS CONFIG_PROC_FS",
	.needed_by = "podman and bubblewrap in a container, KEP-4265 (procMount)",
	.blocked_by = "masked or read-only paths of an outer container, lxcfs, NVIDIA's "
		      "mounts in /proc (EPERM at fsmount)",
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_MNTNS,
	.calls = CALLS(fsopen, fsconfig, fsmount, unshare),
	.ask = ask,
};
