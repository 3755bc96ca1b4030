/*
 * Can a range of descriptors be closed at once? (probes.md row 149.) It is how runtimes
 * make sure that none of theirs leaks into a container (CVE-2024-21626).
 *
 * Of five descriptors in a row the middle three are given to close_range(2): they must be
 * closed, and the two at the ends must stay as they were.
 */
#include <errno.h>
#include <fcntl.h>

#include "proc.h"
#include "uapi/close_range.h"

static struct verdict ask(const struct ask *a)
{
	_cleanup_close_ int fd = open("/", O_PATH | O_CLOEXEC);

	int first = fd_row_make(fd);
	if (first < 0 || !fd_row_is(first, 0))
		return answer_error(
			"fcntl", errno, "no five descriptors in a row can be had");
	if (sys_close_range(first + 1, first + FD_ROW - 2, 0) < 0)
		return answer_refused(a, "close_range", errno);
	if (!fd_row_is(first, -1))
		return answer_fail(
			"close_range succeeded, but not just the range was closed");
	return answer_pass(
		"of five descriptors the middle three were closed, the others stayed");
}

const struct probe probe_proc_close_range = {
	.about = "close_range(2) closes a range of descriptors",
	.how = "Of five descriptors in a row the middle three are closed; the two at the "
	       "ends must stay.",
	.man = "close_range(2)",
	.since = "5.9",
	.needed_by = "runc, crun, systemd, the C library",
	.blocked_by = "seccomp (EPERM by profiles older than the call)",
	.needs = PROBE_SHARES,
	.calls = CALLS(close_range),
	.ask = ask,
};
