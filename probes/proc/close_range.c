/*
 * Can a range of descriptors be closed, or marked to be closed on exec? (probes.md row 149.)
 * It is how runtimes make sure that none of theirs leaks into a container (CVE-2024-21626).
 *
 * Of five descriptors in a row the middle three are given to close_range(2) with
 * CLOSE_RANGE_CLOEXEC, then without: they must become close-on-exec, then be closed, and the
 * two at the ends must stay as they were. The flag came two releases after the call; a kernel
 * that has the call alone is told so, as runtimes rely on both.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "answer.h"
#include "uapi/close_range.h"

#define LOW   200 /* above what an engine's child has open */
#define COUNT 5

/* Duplicates a descriptor COUNT times in a row; the first number, or -1. */
static int make_row(int fd)
{
	int first = fcntl(fd, F_DUPFD, LOW);

	for (int i = 1; first >= 0 && i < COUNT; i++)
		if (fcntl(fd, F_DUPFD, first + i) != first + i)
			return -1;
	return first;
}

/* The ends have no flag and are open, and the three between them are as `middle` says. */
static bool row_is(int first, int middle)
{
	for (int i = 0; i < COUNT; i++) {
		bool end = i == 0 || i == COUNT - 1;
		if (fcntl(first + i, F_GETFD) != (end ? 0 : middle))
			return false;
	}
	return true;
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_close_ int fd = open("/", O_PATH | O_CLOEXEC);

	int first = make_row(fd);
	if (first < 0 || !row_is(first, 0))
		return answer_error(
			"fcntl", errno, "no five descriptors in a row can be had");
	/* The call alone first, with a range in which nothing is: the flag came after it. */
	if (sys_close_range(~0u, ~0u, 0) < 0)
		return answer_refused(a, "close_range", errno);
	if (sys_close_range(first + 1, first + COUNT - 2, CLOSE_RANGE_CLOEXEC) < 0)
		return answer_refused(a, "close_range(CLOEXEC)", errno);
	if (!row_is(first, FD_CLOEXEC))
		return answer_fail(
			"CLOSE_RANGE_CLOEXEC succeeded, but not just the range has become "
			"close-on-exec");
	if (sys_close_range(first + 1, first + COUNT - 2, 0) < 0)
		return answer_refused(a, "close_range", errno);
	if (!row_is(first, -1))
		return answer_fail(
			"close_range succeeded, but not just the range was closed");
	return answer_pass(
		"of five descriptors the middle three became close-on-exec, then were "
		"closed; the others stayed");
}

const struct probe probe_proc_close_range = {
	.about =
		"close_range(2) closes a range of descriptors, or marks it close-on-exec",
	.man = "close_range(2)",
	.since = "5.11",
	.calls = CALLS(close_range),
	.ask = ask,
};
