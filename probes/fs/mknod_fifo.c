/*
 * May root of a user namespace make named pipes? (probes.md row 173.) Images have them, and
 * runtimes start a container by one.
 *
 * What is made must be a named pipe, through which a byte passes. The control is the node of
 * a real device, which the same call must refuse.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "answer.h"

static bool passes(const char *path)
{
	char byte = 0;

	/* A reader that does not wait, then a writer. */
	_cleanup_close_ int in = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	_cleanup_close_ int out = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	return in >= 0 && out >= 0 && fstat(in, &st) == 0 && S_ISFIFO(st.st_mode) &&
		write(out, "x", 1) == 1 && read(in, &byte, 1) == 1 && byte == 'x';
}

static struct verdict ask(const struct ask *a)
{
	if (mknodat(AT_FDCWD, "pipe", S_IFIFO | 0600, 0) < 0)
		return answer_refused(a, "mknodat", errno);
	if (!passes("pipe"))
		return answer_fail(
			"a named pipe was made, and nothing passes through it");
	if (mknodat(AT_FDCWD, "device", S_IFCHR | 0600, makedev(1, 3)) == 0)
		return answer_fail(
			"in a user namespace a node of a real device was made");
	return answer_pass(
		"in a user namespace a byte passed through a named pipe that was made there");
}

const struct probe probe_fs_mknod_fifo = {
	.about = "root of a user namespace can make named pipes",
	.how = "mknod(2) of a named pipe in a user namespace, and a byte through it; a real "
	       "device must be refused.",
	.man = "mknod(2)",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "runc, crun, images with named pipes",
	.blocked_by = "user namespaces; seccomp",
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(mknodat),
	.ask = ask,
};
