/*
 * Can it be told whether two descriptors are of one open file? (probes.md row 154.) CRIU
 * tells so which descriptors processes share.
 *
 * A descriptor and its duplicate must be the same file (0); a second opening of the same
 * directory, the control, must be another one. Asked of one's own process, ptrace(2)'s
 * rules are met.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>

#include "answer.h"

static int compare(int one, int two)
{
	pid_t self = getpid();

	return syscall(SYS_kcmp, self, self, KCMP_FILE, one, two);
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_close_ int one = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_close_ int again = fcntl(one, F_DUPFD_CLOEXEC, 0);
	_cleanup_close_ int other = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (one < 0 || again < 0 || other < 0)
		return answer_refused(a, "open(/)", errno);
	int same = compare(one, again);
	if (same < 0)
		return answer_refused(a, "kcmp", errno);
	int differs = compare(one, other);
	if (same != 0 || differs <= 0)
		return answer_fail(
			"kcmp said %d of a duplicate and %d of a file opened twice", same,
			differs);
	return answer_pass(
		"a duplicate was the same open file, a second opening of the directory "
		"another");
}

const struct probe probe_proc_kcmp = {
	.about = "it can be told which descriptors stand for one open file",
	.how = "A descriptor is compared to its duplicate, which must be the same file, "
	       "and to a second opening, which must not.",
	.man = "kcmp(2)",
	.since = "3.5",
	.kconfig = "CONFIG_KCMP",
	.needed_by = "CRIU, systemd, Mesa",
	.blocked_by = "seccomp; ptrace(2)'s rules for other processes",
	.needs = PROBE_SHARES,
	.calls = CALLS(kcmp),
	.ask = ask,
};
