/*
 * Can a program be run from memory? (probes.md row 157.) runc and crun copy themselves
 * there, so that a container cannot overwrite the host's program (CVE-2019-5736).
 *
 * A memfd made with MFD_EXEC is run. As it holds no program the kernel must say ENOEXEC:
 * with no permission to run it, that would be EACCES, and one with that permission taken
 * away is the control. Sysctl vm.memfd_noexec, of each pid namespace, is what forbids it:
 * 2 refuses the call, which is not made then, as the kernel would log it; 1 changes what
 * those get who ask for neither MFD_EXEC nor MFD_NOEXEC_SEAL. Before 6.3 the flag is
 * EINVAL, and all may be run.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "memfd.h"
#include "uapi/memfd.h"

#define REMEDY                                                                           \
	"sysctl -w vm.memfd_noexec=0 in this pid namespace and those around it (1 is "   \
	"enough for programs that ask for MFD_EXEC); it cannot be lowered below what a " \
	"pid namespace around it has"

static struct verdict by_sysctl(long long noexec, const char *seen)
{
	char cause[64];

	snprintf(cause, sizeof(cause), "sysctl vm.memfd_noexec is %lld", noexec);
	return answer_denied("sysctl", cause, REMEDY, "%s", seen);
}

static struct verdict judge(const struct ask *a, int fd, long long noexec)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return answer_error("fstat", errno, "a memfd cannot be looked at");
	if (!(st.st_mode & 0111))
		return noexec > 0
			? by_sysctl(noexec, "a memfd made with MFD_EXEC may not be run")
			: answer_fail("a memfd made with MFD_EXEC has mode %04o",
				  st.st_mode & 07777);
	int err = memfd_try_run(fd);
	if (err != ENOEXEC)
		return err ? answer_refused(a, "execveat(memfd)", err)
			   : answer_fail("what is no program was run");
	if (fchmod(fd, 0600) < 0 || memfd_try_run(fd) != EACCES)
		return answer_fail(
			"a memfd without permission to be run is not refused with "
			"EACCES");
	return answer_pass(
		"a memfd made with MFD_EXEC may be run (ENOEXEC, as it holds no "
		"program; EACCES once the permission was taken away)%s",
		noexec == 1
			? "; as sysctl vm.memfd_noexec is 1, one made without the flag "
			  "may not"
			: "");
}

static struct verdict ask(const struct ask *a)
{
	long long noexec = memfd_noexec(a->env);

	if (noexec == 2)
		return by_sysctl(
			noexec, "not asked for, as the kernel would log that it refuses");
	_cleanup_close_ int fd = memfd_create("plimsoll-exec", MFD_CLOEXEC | MFD_EXEC);
	if (fd < 0 && errno == EACCES && noexec > 0)
		return by_sysctl(
			noexec, "memfd_create(MFD_EXEC): Permission denied (EACCES)");
	if (fd < 0)
		return memfd_refused(a, "memfd_create(EXEC)", errno);
	return judge(a, fd, noexec);
}

const struct probe probe_mm_memfd_exec = {
	.about = "a program can be run from memory that asks for it (MFD_EXEC)",
	.how = "A memfd that holds no program is run: ENOEXEC with MFD_EXEC, EACCES once "
	       "its permission was taken away.",
	.man = "memfd_create(2)",
	.since = "6.3",
	.kconfig = "CONFIG_MEMFD_CREATE",
	.needed_by = "runc, crun (CVE-2019-5736)",
	.blocked_by = "vm.memfd_noexec=2 (EACCES); LSMs; seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(memfd_create, execveat),
	.ask = ask,
};
