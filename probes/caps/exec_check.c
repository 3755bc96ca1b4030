/*
 * Can a program ask whether a file may be executed, without doing it? (probes.md row 193.)
 * Script interpreters are to ask the kernel, with AT_EXECVE_CHECK, before they run a file.
 *
 * The file is an empty one in memory, which could not be run even if the flag were ignored.
 * With its x bit the check must say yes, without it EACCES, and without the flag the same
 * file is ENOEXEC or EACCES. EINVAL on no file at all: a kernel without the flag.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "answer.h"
#include "ask.h"
#include "record.h"
#include "uapi/memfd.h"

#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif
#ifndef AT_EXECVE_CHECK /* 6.14 */
#define AT_EXECVE_CHECK 0x10000
#endif

/* 0 or a positive errno. */
static int try_exec(int fd, int flags)
{
	char name[] = "plimsoll", *argv[] = { name, NULL }, *envp[] = { NULL };

	return syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH | flags) < 0
		? errno
		: 0;
}

/* An empty file that nobody has open for writing, as execve(2) wants it. -1 and errno. */
static int make_file(void)
{
	char path[64];

	_cleanup_close_ int fd = memfd_create("plimsoll", MFD_CLOEXEC | MFD_EXEC);
	if (fd < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static struct verdict in_child(const struct ask *a, void *arg)
{
	_cleanup_close_ int fd = make_file();

	if (fd < 0)
		return answer_refused(a, "memfd_create(exec)", errno);
	if (fchmod(fd, 0700) < 0)
		return answer_refused(a, "fchmod", errno);
	int run = try_exec(fd, 0), yes = try_exec(fd, AT_EXECVE_CHECK);
	if (fchmod(fd, 0600) < 0)
		return answer_refused(a, "fchmod", errno);
	int no = try_exec(fd, AT_EXECVE_CHECK);
	if (yes)
		return answer_refused(a, "execveat(check)", yes);
	if (no != EACCES || run == 0)
		return answer_fail("AT_EXECVE_CHECK says of a file without its x bit: %s",
			no ? errno_name(no) : "no error");
	return answer_pass(
		"AT_EXECVE_CHECK said yes to an empty file with its x bit, which cannot be run "
		"(%s), and EACCES without",
		errno_name(run));
}

static struct verdict ask(const struct ask *a)
{
	int without = try_exec(-1, 0), with = try_exec(-1, AT_EXECVE_CHECK);

	if (without != EBADF)
		return answer_refused(a, "execveat", without);
	if (with != EBADF)
		return answer_refused(a, "execveat(check)", with);
	return ask_in_child(a, in_child, NULL);
}

const struct probe probe_caps_exec_check = {
	.about = "an interpreter can ask the kernel whether it may run a file",
	.how = "execveat(2) with AT_EXECVE_CHECK on an empty file, with and without its x bit; "
	       "nothing can be run.",
	.man = "execveat(2)",
	.since = "6.14",
	.needed_by = "script interpreters under an integrity policy",
	.blocked_by = "seccomp; vm.memfd_noexec=2",
	.needs = PROBE_SHARES,
	.calls = CALLS(execveat),
	.ask = ask,
};
