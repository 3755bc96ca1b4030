/*
 * Can a range of descriptors be marked to be closed on exec? (probes.md row 149.) So a
 * runtime keeps its own to itself and can go on using them until the container's program
 * starts.
 *
 * Of five descriptors in a row the middle three are given to close_range(2) with
 * CLOSE_RANGE_CLOEXEC: they must become close-on-exec and stay open, and the two at the
 * ends must stay as they were. The flag came two releases after the call, which is asked
 * for first, with a range in which nothing is: so EINVAL means that the flag is not
 * known.
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
	if (sys_close_range(~0u, ~0u, 0) < 0)
		return answer_refused(a, "close_range", errno);
	if (sys_close_range(first + 1, first + FD_ROW - 2, CLOSE_RANGE_CLOEXEC) < 0)
		return answer_refused(a, "close_range(CLOEXEC)", errno);
	if (!fd_row_is(first, FD_CLOEXEC))
		return answer_fail(
			"CLOSE_RANGE_CLOEXEC succeeded, but not just the range has "
			"become close-on-exec");
	return answer_pass(
		"of five descriptors the middle three became close-on-exec, the "
		"others stayed as they were");
}

const struct probe probe_proc_close_range_cloexec = {
	.about = "close_range(2) marks a range of descriptors close-on-exec",
	.how = "Of five descriptors in a row the middle three are marked; the two at the "
	       "ends must stay as they were. Without the flag the call is accepted.",
	.man = "close_range(2)",
	.since = "5.11",
	.needed_by = "runc, crun (CVE-2024-21626)",
	.blocked_by = "seccomp (EPERM by profiles older than the call)",
	.needs = PROBE_SHARES,
	.calls = CALLS(close_range),
	.ask = ask,
};
