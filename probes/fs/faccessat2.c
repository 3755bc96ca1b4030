/*
 * Does faccessat2(2) tell what may be done with a file? (probes.md row 152.) New C
 * libraries ask by it alone: where an old profile answers EPERM, `test -x` says no to
 * everything.
 *
 * /proc/self/status may be read and, as it has no permission for that, run by nobody: the
 * two must come out differently, also with AT_EACCESS, which the older call has not. A
 * flag that no kernel knows has to be EINVAL.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "answer.h"

#define NO_FLAG 0x40000000

/* 0 or a positive errno. */
static int may(const char *path, int mode, int flags)
{
	return syscall(SYS_faccessat2, AT_FDCWD, path, mode, flags) < 0 ? errno : 0;
}

static struct verdict ask(const struct ask *a)
{
	char path[320];

	snprintf(path, sizeof(path), "%s/proc/self/status", a->env->prefix);
	int err = may(path, R_OK, 0);
	if (!err)
		err = may(path, R_OK, AT_EACCESS);
	if (err)
		return answer_refused(a, "faccessat2", err);
	if (may(path, X_OK, 0) != EACCES || may(path, X_OK, AT_EACCESS) != EACCES)
		return answer_fail(
			"faccessat2 says that a file may be run which has no permission "
			"for it");
	if (may(path, R_OK, NO_FLAG) != EINVAL)
		return answer_fail("faccessat2 took a flag that there is not");
	return answer_pass(
		"faccessat2 said yes to reading a file and EACCES to running it, with "
		"AT_EACCESS too; a flag that there is not was EINVAL");
}

const struct probe probe_fs_faccessat2 = {
	.about =
		"images with a new C library can tell what they may do with a file (test "
		"-x)",
	.how = "A file that may be read and not be run is asked for both, with "
	       "AT_EACCESS and without; a flag that no kernel knows must be EINVAL.",
	.man = "faccessat2(2)",
	.since = "5.8",
	.needed_by = "glibc and musl in images",
	.blocked_by = "seccomp (EPERM by profiles older than the call)",
	.needs = PROBE_SHARES,
	.calls = CALLS(faccessat2),
	.ask = ask,
};
