/*
 * Is a container's root kept from making device nodes? (probes.md row 172.) A node of the
 * host's disk would be the host; that is why runtimes bind the nodes of /dev.
 *
 * In a user namespace mknod(2) of the harmless device that /dev/null is must be EPERM. The
 * control: the same call makes an ordinary file.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "answer.h"

static struct verdict ask(const struct ask *a)
{
	if (mknodat(AT_FDCWD, "file", S_IFREG | 0600, 0) < 0)
		return answer_refused(a, "mknodat", errno);
	if (mknodat(AT_FDCWD, "null", S_IFCHR | 0600, makedev(1, 3)) == 0)
		return answer_fail(
			"in a user namespace a node of a real device was made");
	if (errno != EPERM)
		return answer_refused(a, "mknodat(device)", errno);
	return answer_pass(
		"in a user namespace a node of a real device was EPERM; an ordinary file was made "
		"by the same call");
}

const struct probe probe_fs_mknod_userns = {
	.about = "root of a user namespace cannot make nodes of the host's devices",
	.how = "mknod(2) of character device 1:3 in a user namespace must be EPERM, and of an "
	       "ordinary file work.",
	.man = "mknod(2)",
	.kconfig = "CONFIG_USER_NS",
	.needed_by = "every container with a user namespace",
	.blocked_by = "user namespaces; seccomp",
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_SCRATCH | PROBE_SHARES,
	.calls = CALLS(mknodat),
	.ask = ask,
};
