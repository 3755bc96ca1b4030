#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "memfd.h"
#include "uapi/memfd.h"

/* No format of programs; printable, lest the kernel look for a module that knows it. */
#define NO_PROGRAM "none\n"

int memfd_try_run(int fd)
{
	static char name[] = "none";
	char *const argv[] = { name, NULL }, *const none[] = { NULL };

	if (pwrite(fd, NO_PROGRAM, strlen(NO_PROGRAM), 0) < 0)
		return errno;
	return syscall(SYS_execveat, fd, "", argv, none, AT_EMPTY_PATH) < 0 ? errno : 0;
}

long long memfd_noexec(const struct env *env)
{
	return env_number(env, "/proc/sys/vm/memfd_noexec");
}

struct verdict memfd_refused(const struct ask *a, const char *stage, int err)
{
	/* Its log is spared the note: where the flags are known, this is not reached. */
	_cleanup_close_ int plain =
		err == EINVAL ? memfd_create("plimsoll", MFD_CLOEXEC) : -1;

	if (err == EINVAL && plain < 0)
		return answer_refused(a, "memfd_create", errno);
	struct verdict v = answer_refused(a, stage, err);
	if (v.outcome == OUTCOME_ABSENT)
		VERDICT_TEXT(v.detail,
			"%s: EINVAL; without the flag there is a memfd, which %s", stage,
			memfd_try_run(plain) == ENOEXEC ? "may be run, as all may here"
							: "may not be run");
	return v;
}
