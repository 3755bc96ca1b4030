/*
 * Does a pidfd identify its process? (probes.md row 143.) With a file system of their own
 * (pidfs) pidfds of one process have one inode number and those of another another, so
 * that they can be compared. Before, all of them had the same.
 *
 * The file system of a pidfd is looked at, and the inode numbers of two pidfds of this
 * process and of one of its parent: the first two must be equal, the third must differ.
 */
#include <errno.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "proc.h"
#include "uapi/pidfd.h"

static struct verdict judge(int self, int again, int other)
{
	struct stat one, two, three;

	if (fstat(self, &one) < 0 || fstat(again, &two) < 0 || fstat(other, &three) < 0)
		return answer_error("fstat", errno, "a pidfd cannot be looked at");
	if (one.st_ino != two.st_ino || one.st_dev != two.st_dev)
		return answer_fail(
			"two pidfds of one process have different inode numbers");
	if (one.st_ino == three.st_ino)
		return answer_fail("pidfds of two processes have the same inode number");
	return answer_pass(
		"pidfds are files of pidfs: two of this process have the same inode "
		"number, one of its parent another");
}

static struct verdict ask(const struct ask *a)
{
	struct statfs fs;
	struct verdict v;

	_cleanup_close_ int self = pidfd_self(a, &v);
	if (self < 0)
		return v;
	_cleanup_close_ int again = sys_pidfd_open(getpid(), 0);
	_cleanup_close_ int other = sys_pidfd_open(getppid(), 0);
	if (again < 0 || other < 0)
		return answer_refused(a, "pidfd_open", errno);
	if (fstatfs(self, &fs) < 0)
		return answer_refused(a, "fstatfs(pidfd)", errno);
	if (fs.f_type == ANON_INODE_FS_MAGIC)
		return answer_absent(
			"a pidfd is an anonymous inode: there is no pidfs, and all "
			"pidfds have one inode number");
	if (fs.f_type != PID_FS_MAGIC)
		return answer_fail(
			"a pidfd is of a file system that is not pidfs (0x%lx)",
			(unsigned long)fs.f_type);
	return judge(self, again, other);
}

const struct probe probe_proc_pidfs = {
	.about = "pidfds can be compared: those of one process have one inode number",
	.how = "The file system of a pidfd must be pidfs; two pidfds of a process must "
	       "have the same inode number, one of another process another.",
	.man = "pidfd_open(2)",
	.since = "6.9",
	.needed_by = "systemd (identity of processes)",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(pidfd_open, fstatfs),
	.ask = ask,
};
