/*
 * Can the highest use of memory be measured from a point in time on? (probes.md row
 * 100.) A write to an open memory.peak starts that descriptor's count anew; another's is
 * left as it is, which is the control.
 *
 * A process in the cgroup fills some memory and ends. Both descriptors then read as much
 * or more; after a write to one, that one reads less. Before 6.12 nobody has permission
 * to write the file, and to root, who may all the same, it gives EINVAL.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "cgroup_knob.h"
#include "pool.h"

/* More than the kernel keeps charged for each processor (64) or has still to free (31). */
#define PAGES 512

/* A process in the cgroup fills memory, and ends. 0 or -errno. */
static int fill(int cgroup, size_t size)
{
	int status, parent = getpid();

	pid_t pid = fork_into(cgroup);
	if (pid == 0) {
		die_with_parent(parent);
		void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		_exit(p == MAP_FAILED ? errno : 0);
	}
	if (pid < 0)
		return pid;
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -ENOMEM;
}

static long long peak(int fd)
{
	char text[32];

	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	return n > 0 ? atoll(text) : -1;
}

static struct verdict reset(const struct ask *a, const struct leaf *leaf)
{
	long long size = PAGES * sysconf(_SC_PAGESIZE);

	_cleanup_close_ int one = openat(leaf->dir, "memory.peak", O_RDWR | O_CLOEXEC);
	_cleanup_close_ int other = openat(leaf->dir, "memory.peak", O_RDWR | O_CLOEXEC);
	if (one < 0 || other < 0)
		return answer_refused(a, "openat(memory.peak)", errno);
	int r = fill(leaf->dir, size);
	if (r < 0)
		return cgroup_refused(a, "clone3(cgroup)", -r);
	long long before = peak(one);
	if (before < size)
		return answer_fail("a process filled %lld bytes, but memory.peak is %lld",
			size, before);
	if (write(one, "reset", 5) < 0)
		return answer_refused(a, "write(memory.peak)", errno);
	long long after = peak(one), control = peak(other);
	if (after < 0 || after >= size || control < size)
		return answer_fail(
			"memory.peak was %lld; after a write to it that descriptor reads %lld, "
			"another %lld",
			before, after, control);
	return answer_pass(
		"memory.peak was %lld; after a write that descriptor reads %lld, another still %lld",
		before, after, control);
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_leaf_ struct leaf leaf = { -1 };
	struct verdict v;
	struct stat st;

	if (leaf_make(a, "memory", "memory.peak", &leaf, &v) < 0)
		return v;
	if (fstatat(leaf.dir, "memory.peak", &st, 0) < 0)
		return errno == ENOENT ? knob_absent("memory", "memory.peak")
				       : answer_refused(a, "stat(memory.peak)", errno);
	if (!(st.st_mode & 0200))
		return answer_absent(
			"memory.peak can only be read (mode %04o)", st.st_mode & 07777);
	if (leaf.ours)
		return reset(a, &leaf);
	return answer_pass(
		"memory.peak of this process's own cgroup can be written (mode %04o; "
		"nothing was, as it is not ours)",
		st.st_mode & 07777);
}

const struct probe probe_cgroup_memory_peak_reset = {
	.about = "the highest use of memory can be measured from any point in time on "
		 "(memory.peak)",
	.how = "A process in a scratch cgroup fills memory; then one of two open "
	       "memory.peak is written and has to read less, the other not.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "6.12",
	.kconfig = "CONFIG_MEMCG",
	.needed_by = "container statistics, batch schedulers",
	.blocked_by = "memory controller not delegated, bound to cgroup v1, or off by "
		      "cgroup_disable=memory",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
