/*
 * Can a manager advise the kernel on another process's memory? (probes.md row 153.) It is
 * how the memory of idle containers is pushed out.
 *
 * A page of a child is called cold: the call must return its length. What it does to the
 * page cannot be seen for certain; so the control is the page after it, where nothing is
 * mapped: ENOMEM. Since 5.12 (and 5.10.y) CAP_SYS_NICE is needed in the initial user
 * namespace.
 */
#include <errno.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "proc.h"
#include "uapi/unistd.h"

#ifndef MADV_COLD
#define MADV_COLD 20
#endif

static ssize_t advise(int pidfd, char *page, size_t size)
{
	struct iovec iov = { page, size };

	return syscall(SYS_process_madvise, pidfd, &iov, 1, MADV_COLD, 0);
}

/* One page, and nothing after it. */
static char *make_page(size_t size)
{
	char *pages = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED)
		return NULL;
	munmap(pages + size, size);
	memset(pages, 1, size);
	return pages;
}

static struct verdict ask_child(const struct ask *a, char *page, size_t size)
{
	_cleanup_waiter_ struct waiter w;
	struct verdict v;

	_cleanup_close_ int pidfd = waiter_pidfd(a, &w, &v);
	if (pidfd < 0)
		return v;
	ssize_t n = advise(pidfd, page, size);
	if (n < 0)
		return refused_without(
			a, "process_madvise", errno, CAP_SYS_NICE, "CAP_SYS_NICE");
	if (n != (ssize_t)size)
		return answer_fail("process_madvise of a page returned %zd", n);
	if (advise(pidfd, page + size, size) >= 0 || errno != ENOMEM)
		return answer_fail(
			"process_madvise advised on memory that is not mapped");
	return answer_pass(
		"a page of a child's was called cold; where nothing is mapped that "
		"was ENOMEM");
}

static struct verdict ask(const struct ask *a)
{
	size_t size = sysconf(_SC_PAGESIZE);

	char *page = make_page(size);
	if (!page)
		return answer_error("mmap", errno, "no memory");
	struct verdict v = ask_child(a, page, size);
	munmap(page, size);
	return v;
}

const struct probe probe_proc_process_madvise = {
	.about = "a manager can push out the memory of another process",
	.how = "A page of a child is called cold, which must return its length; where "
	       "nothing is mapped it must be ENOMEM.",
	.man = "process_madvise(2)",
	.since = "5.10",
	.kconfig = "CONFIG_ADVISE_SYSCALLS",
	.needed_by = "memory managers (senpai, Android's lmkd)",
	.blocked_by =
		"seccomp; without CAP_SYS_NICE in the initial user namespace (EPERM)",
	.needs = PROBE_SHARES,
	.calls = CALLS(process_madvise, pidfd_open),
	.ask = ask,
};
