/*
 * Can the memory of a process that was killed be freed before it has ended? (probes.md
 * row 153.) Who kills for want of memory need not wait for it.
 *
 * A child that lives is the control: EINVAL. Then it is traced, so that it stops in the
 * middle of its end, killed, and process_mrelease(2) asked for: a page of its own must be
 * present before and gone after (/proc/PID/pagemap). Where tracing or that file is
 * refused, a child that has ended must give ESRCH, for its memory is gone: so a dead one
 * is told from a live one.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "proc.h"
#include "uapi/unistd.h"

#define PRESENT (1ULL << 63) /* Documentation/admin-guide/mm/pagemap.rst */

static int mrelease(int pidfd)
{
	return syscall(SYS_process_mrelease, pidfd, 0) < 0 ? errno : 0;
}

/* Is the page at `at` present in the process? 1, 0, or -1 if that cannot be told. */
static int is_present(const struct ask *a, int pid, const char *at)
{
	char path[64];
	uint64_t entry;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	_cleanup_close_ int fd = env_open(a->env, path, O_RDONLY);
	off_t offset = (uintptr_t)at / sysconf(_SC_PAGESIZE) * sizeof(entry);
	if (fd < 0 || pread(fd, &entry, sizeof(entry), offset) != sizeof(entry))
		return -1;
	return !!(entry & PRESENT);
}

/* Kills the child so that it stops where its memory is still there. */
static bool stop_at_end(int pid)
{
	int status;

	if (ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACEEXIT) < 0)
		return false;
	kill(pid, SIGKILL);
	return waitpid(pid, &status, 0) == pid && WIFSTOPPED(status);
}

static struct verdict ask_stopped(
	const struct ask *a, int pid, int pidfd, const char *page)
{
	int before = is_present(a, pid, page);
	int err = mrelease(pidfd);
	int after = is_present(a, pid, page);

	if (err)
		return answer_refused(a, "process_mrelease", err);
	if (before == 1 && after == 1)
		return answer_fail(
			"process_mrelease succeeded, but the memory of the process "
			"is still there");
	return answer_pass("%s; for a child that lived it was EINVAL",
		before == 1 && after == 0
			? "a page of a child that was killed was gone before it had ended"
			: "the memory of a child that was killed could be released");
}

static struct verdict ask_child(const struct ask *a, const char *page)
{
	_cleanup_waiter_ struct waiter w;
	struct verdict v;

	_cleanup_close_ int pidfd = waiter_pidfd(a, &w, &v);
	if (pidfd < 0)
		return v;
	int err = mrelease(pidfd);
	if (err != EINVAL)
		return err
			? answer_refused(a, "process_mrelease", err)
			: answer_fail("the memory of a process that lives was released");
	if (stop_at_end(w.pid)) {
		v = ask_stopped(a, w.pid, pidfd, page);
		ptrace(PTRACE_CONT, w.pid, NULL, NULL);
		return v;
	}
	if (w.go >= 0)
		waiter_finish(&w);
	err = mrelease(pidfd);
	if (err != ESRCH)
		return answer_refused(a, "process_mrelease", err);
	return answer_pass(
		"process_mrelease told a child that had ended (ESRCH) from one that "
		"lived (EINVAL); its effect could not be watched, as tracing is refused");
}

static struct verdict ask(const struct ask *a)
{
	size_t size = sysconf(_SC_PAGESIZE);

	char *page = mmap(
		NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return answer_error("mmap", errno, "no memory");
	memset(page, 1, size);
	struct verdict v = ask_child(a, page);
	munmap(page, size);
	return v;
}

const struct probe probe_proc_process_mrelease = {
	.about =
		"the memory of a killed process can be freed without waiting for its end",
	.how = "A child is killed and stopped in its end: a page of its own must be "
	       "present before and gone after. For a child that lives the call must be "
	       "EINVAL.",
	.man = "process_mrelease(2)",
	.since = "5.15",
	.needed_by = "memory managers (Android's lmkd, oomd)",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(process_mrelease, pidfd_open),
	.ask = ask,
};
