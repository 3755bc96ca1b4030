/*
 * Can the files that a process has mapped be got at? (probes.md row 155.) CRIU opens them
 * so, even those that were deleted.
 *
 * The program of this process is mapped: following its entry in /proc/self/map_files must
 * lead to the same file. The entry can be read as a link by anyone, which is the control;
 * following it takes CAP_CHECKPOINT_RESTORE (before 5.9: CAP_SYS_ADMIN) in the initial
 * user namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proc.h"

#ifndef CAP_CHECKPOINT_RESTORE
#define CAP_CHECKPOINT_RESTORE 40
#endif

static struct verdict ask_entry(const struct ask *a, int file, const char *entry)
{
	struct stat known, found;
	char dir[64], target[16];

	snprintf(dir, sizeof(dir), "%s/proc/self/map_files", a->env->prefix);
	_cleanup_close_ int maps = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (maps < 0)
		return answer_refused(a, "openat(map_files)", errno);
	if (readlinkat(maps, entry, target, sizeof(target)) < 0)
		return errno == ENOENT
			? answer_fail("/proc/self/map_files lacks a file that is mapped")
			: refused_without(a, "readlinkat(map_files)", errno,
				  CAP_CHECKPOINT_RESTORE, "CAP_CHECKPOINT_RESTORE");
	_cleanup_close_ int opened = openat(maps, entry, O_PATH | O_CLOEXEC);
	if (opened < 0)
		return refused_without(a, "openat(map_files entry)", errno,
			CAP_CHECKPOINT_RESTORE, "CAP_CHECKPOINT_RESTORE");
	if (fstat(file, &known) < 0 || fstat(opened, &found) < 0 ||
		known.st_dev != found.st_dev || known.st_ino != found.st_ino)
		return answer_fail(
			"an entry of /proc/self/map_files leads to another file than "
			"is mapped there");
	return answer_pass(
		"the entry of a file that was mapped just now leads to that file");
}

static struct verdict ask(const struct ask *a)
{
	size_t size = sysconf(_SC_PAGESIZE);
	char entry[64];

	_cleanup_close_ int file = env_open(a->env, "/proc/self/exe", O_RDONLY);
	if (file < 0)
		return answer_refused(a, "openat(exe)", -file);
	char *page = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
	if (page == MAP_FAILED)
		return answer_refused(a, "mmap", errno);
	snprintf(entry, sizeof(entry), "%lx-%lx", (unsigned long)page,
		(unsigned long)page + size);
	struct verdict v = ask_entry(a, file, entry);
	munmap(page, size);
	return v;
}

const struct probe probe_proc_map_files = {
	.about = "a checkpoint can open the files that a process has mapped",
	.how = "A file is mapped; its entry in /proc/self/map_files, which anyone may "
	       "read as a link, must lead to that file.",
	.man = "proc_pid_map_files(5)",
	.since = NULL,
	.needed_by = "CRIU, Kubernetes (ContainerCheckpoint)",
	.blocked_by =
		"without CAP_CHECKPOINT_RESTORE in the initial user namespace (EPERM)",
	.needs = PROBE_SHARES,
	.calls = CALLS(openat),
	.ask = ask,
};
