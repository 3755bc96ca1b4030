/*
 * Can a file in memory be made that can never be run? (probes.md row 157.) A host that
 * runs only what is on its read-only disks would else have a hole there.
 *
 * A memfd made with MFD_NOEXEC_SEAL must have no permission to be run, get none (EPERM),
 * and running it must be EACCES. The control is one made with MFD_EXEC, which is run as
 * far as the kernel's look at what it holds, which is no program: ENOEXEC. That one is
 * left out where sysctl vm.memfd_noexec forbids it, as the kernel would log it. Before
 * 6.3 the flag is EINVAL.
 */
#include <errno.h>
#include <sys/stat.h>

#include "memfd.h"
#include "uapi/memfd.h"

/* How running an ordinary one goes: an errno; 0 if none is to be had. */
static int try_ordinary(const struct ask *a)
{
	if (memfd_noexec(a->env) == 2)
		return 0;
	_cleanup_close_ int fd = memfd_create("plimsoll-exec", MFD_CLOEXEC | MFD_EXEC);
	return fd < 0 ? 0 : memfd_try_run(fd);
}

static struct verdict ask(const struct ask *a)
{
	struct stat st;

	_cleanup_close_ int fd =
		memfd_create("plimsoll-noexec", MFD_CLOEXEC | MFD_NOEXEC_SEAL);
	if (fd < 0)
		return memfd_refused(a, "memfd_create(NOEXEC_SEAL)", errno);
	if (fstat(fd, &st) < 0 || (st.st_mode & 0111))
		return answer_fail("a memfd made with MFD_NOEXEC_SEAL has mode %04o",
			st.st_mode & 07777);
	if (fchmod(fd, 0755) == 0 || errno != EPERM)
		return answer_fail(
			"a memfd made with MFD_NOEXEC_SEAL could be made executable");
	int err = memfd_try_run(fd), ordinary = try_ordinary(a);
	if (!err || err == ENOEXEC)
		return answer_fail("a memfd made with MFD_NOEXEC_SEAL may be run");
	if (err != EACCES)
		return answer_refused(a, "execveat(memfd)", err);
	return answer_pass(
		"a memfd made with MFD_NOEXEC_SEAL can neither be run (EACCES) nor be "
		"made executable (EPERM)%s",
		ordinary == ENOEXEC ? "; one made with MFD_EXEC may be run" : "");
}

const struct probe probe_mm_memfd_noexec_seal = {
	.about = "a file in memory can be made that can never be run",
	.how = "Running a memfd made with MFD_NOEXEC_SEAL must be EACCES and chmod(2) "
	       "EPERM; one made with MFD_EXEC gets as far as ENOEXEC, as it holds no "
	       "program.",
	.man = "memfd_create(2)",
	.since = "6.3",
	.kconfig = "CONFIG_MEMFD_CREATE",
	.needed_by = "systemd, hardened hosts",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(memfd_create, execveat),
	.ask = ask,
};
