/*
 * Can a process hand system calls to the kernel in a ring? (probes.md row 160.) Databases
 * and web servers do; container profiles forbid it, as it had many bugs.
 *
 * A ring is made and a write to a pipe put into it: it must come back as done, and the
 * byte be in the pipe, which was empty before. EPERM is sysctl kernel.io_uring_disabled
 * (6.6): 1 leaves it to root and the group kernel.io_uring_group, 2 to nobody.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "answer.h"
#include "uapi/io_uring.h"

#define COOKIE 0x706c696d736f6c6cULL

struct ring {
	struct io_uring_params params;
	char *rings; /* both, since 5.4 (IORING_FEAT_SINGLE_MMAP) */
	size_t size;
	struct io_uring_sqe *entries;
	size_t entries_size;
};

static void *map(int fd, size_t size, off_t what)
{
	void *p = mmap(
		NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, what);

	return p == MAP_FAILED ? NULL : p;
}

static unsigned *word(const struct ring *r, unsigned offset)
{
	return (unsigned *)(r->rings + offset);
}

/* 0 or -1. */
static int ring_map(int fd, struct ring *r)
{
	const struct io_uring_params *p = &r->params;
	size_t submit = p->sq_off.array + p->sq_entries * sizeof(unsigned);
	size_t complete = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);

	r->size = submit > complete ? submit : complete;
	r->entries_size = p->sq_entries * sizeof(*r->entries);
	r->rings = map(fd, r->size, IORING_OFF_SQ_RING);
	r->entries = map(fd, r->entries_size, IORING_OFF_SQES);
	return r->rings && r->entries ? 0 : -1;
}

static void ring_unmap(struct ring *r)
{
	if (r->rings)
		munmap(r->rings, r->size);
	if (r->entries)
		munmap(r->entries, r->entries_size);
}

/* The first entry of a fresh ring: a write of one byte. */
static void put_write(struct ring *r, int out, const char *byte)
{
	memset(&r->entries[0], 0, sizeof(r->entries[0]));
	r->entries[0].opcode = IORING_OP_WRITE;
	r->entries[0].fd = out;
	r->entries[0].addr = (uintptr_t)byte;
	r->entries[0].len = 1;
	r->entries[0].user_data = COOKIE;
	*word(r, r->params.sq_off.array) = 0;
	atomic_store((_Atomic unsigned *)word(r, r->params.sq_off.tail), 1);
}

/* What came of it: the result, or -EIO if nothing did. */
static int take_result(const struct ring *r)
{
	const struct io_uring_cqe *first = (void *)(r->rings + r->params.cq_off.cqes);

	if (atomic_load((_Atomic unsigned *)word(r, r->params.cq_off.tail)) != 1 ||
		first->user_data != COOKIE)
		return -EIO;
	return first->res;
}

static struct verdict write_by_ring(
	const struct ask *a, int fd, struct ring *r, const int *pipe)
{
	char byte = 'r', got = 0;

	if (read(pipe[0], &got, 1) != -1 || errno != EAGAIN)
		return answer_error(
			"read", 0, "the control failed: a fresh pipe is not empty");
	put_write(r, pipe[1], &byte);
	if (sys_io_uring_enter(fd, 1, 1, IORING_ENTER_GETEVENTS) < 0)
		return answer_refused(a, "io_uring_enter", errno);
	int res = take_result(r);
	if (res == -EINVAL)
		return answer_refused(a, "io_uring(OP_WRITE)", EINVAL);
	if (res != 1 || read(pipe[0], &got, 1) != 1 || got != byte)
		return answer_fail(
			"a write that was put into a ring was not done (result %d)", res);
	return answer_pass(
		"a write put into a ring came back as done, and its byte was in the "
		"pipe");
}

/* Rings are locked memory of the user's. */
static struct verdict no_memory(void)
{
	struct rlimit limit = { .rlim_cur = RLIM_INFINITY };
	char cause[128] = "unproven: memory is used up";

	getrlimit(RLIMIT_MEMLOCK, &limit);
	if (limit.rlim_cur != RLIM_INFINITY)
		snprintf(cause, sizeof(cause),
			"RLIMIT_MEMLOCK is %llu bytes, and rings take of it",
			(unsigned long long)limit.rlim_cur);
	return answer_denied("limit", cause,
		"raise it (ulimit -l; systemd: LimitMEMLOCK=)", "io_uring_setup: ENOMEM");
}

static struct verdict ask_ring(const struct ask *a, const int *pipe)
{
	struct ring r = { 0 };

	_cleanup_close_ int fd = sys_io_uring_setup(1, &r.params);
	if (fd < 0 && errno == ENOMEM)
		return no_memory();
	if (fd < 0)
		return answer_refused(a, "io_uring_setup", errno);
	struct verdict v = ring_map(fd, &r) < 0 ? answer_refused(a, "mmap(ring)", errno)
						: write_by_ring(a, fd, &r, pipe);
	ring_unmap(&r);
	return v;
}

static struct verdict ask(const struct ask *a)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return answer_error("pipe", errno, "no pipe");
	struct verdict v = ask_ring(a, fds);
	close(fds[0]);
	close(fds[1]);
	return v;
}

const struct probe probe_io_uring = {
	.about = "a process can hand system calls to the kernel in a ring (io_uring)",
	.how = "A write to a pipe is put into a ring: it must come back as done and its "
	       "byte be in the pipe, which was empty before.",
	.man = "io_uring(7)",
	.since = "5.1",
	.kconfig = "CONFIG_IO_URING",
	.needed_by = "databases, web servers, QEMU",
	.blocked_by = "kernel.io_uring_disabled=1 or 2 (EPERM); RLIMIT_MEMLOCK (ENOMEM); "
		      "seccomp (Docker's and Podman's profiles)",
	.needs = PROBE_SHARES,
	.calls = CALLS(io_uring_setup, io_uring_enter),
	.ask = ask,
};
