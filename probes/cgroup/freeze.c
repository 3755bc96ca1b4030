/*
 * Does cgroup.freeze stop what is in a cgroup, and let it go on? (probes.md row 90.)
 *
 * "pause" is this. The kernel says when the last process has stopped: cgroup.events turns to
 * "frozen 1", and poll(2) waits for it. Then the process, which answered before, is sent a byte.
 * That it makes no progress is not shown by waiting: another process that is not frozen answers
 * many times meanwhile, the frozen one not once. After the thaw its answer comes.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "cgroup.h"

#define PATIENCE_MS 2000
#define ROUNDS      200

static int events(int fd, char *text, size_t size)
{
	ssize_t n = pread(fd, text, size - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return n < 0 ? -errno : 0;
}

/* Waits until cgroup.events says `line`, each time that the kernel says it has changed. */
static int wait_event(int cgroup, const char *line)
{
	char text[256];

	_cleanup_close_ int fd = openat(cgroup, "cgroup.events", O_RDONLY | O_CLOEXEC);
	struct pollfd p = { fd, POLLPRI, 0 };
	if (fd < 0)
		return -errno;
	for (;;) {
		int r = events(fd, text, sizeof(text));
		if (r < 0 || strstr(text, line))
			return r;
		if ((r = poll(&p, 1, PATIENCE_MS)) <= 0)
			return r < 0 ? -errno : -ETIME;
	}
}

/* Does it stay silent while the control answers many times? */
static bool makes_no_progress(const struct member *frozen, const struct member *control)
{
	member_ping(frozen);
	for (int i = 0; i < ROUNDS; i++)
		if (!member_answers(control, PATIENCE_MS))
			return false;
	return member_listen(frozen, 0) == MEMBER_SILENT;
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_member_ struct member in = { 0 }, control = { 0 };
	int r;

	if (faccessat(a->cgroup, "cgroup.freeze", F_OK, 0) < 0)
		return cgroup_refused(a, "access(cgroup.freeze)", errno);
	if ((r = member_start(&control)) < 0)
		return answer_error("fork", -r, "fork: %s", strerror(-r));
	if ((r = member_start_in(&in, a->cgroup)) < 0)
		return cgroup_refused(a, "write(cgroup.procs)", -r);
	if (!member_answers(&in, PATIENCE_MS) || !member_answers(&control, PATIENCE_MS))
		return answer_error("write(cgroup.procs)", 0,
			"a process did not run after it was "
			"put into the scratch cgroup");

	if ((r = write_file(a->cgroup, "cgroup.freeze", "1")) < 0)
		return cgroup_refused(a, "write(cgroup.freeze)", -r);
	if ((r = wait_event(a->cgroup, "frozen 1")) < 0)
		return answer_fail(
			"1 was written to cgroup.freeze, but cgroup.events never said "
			"\"frozen 1\": %s",
			strerror(-r));
	if (!makes_no_progress(&in, &control))
		return answer_fail(
			"cgroup.events said \"frozen 1\", but the process still ran");
	if ((r = write_file(a->cgroup, "cgroup.freeze", "0")) < 0)
		return cgroup_refused(a, "write(cgroup.freeze)", -r);
	if (member_listen(&in, PATIENCE_MS) != MEMBER_ANSWERED)
		return answer_fail(
			"after 0 was written to cgroup.freeze the process did not go on");
	return answer_pass(
		"after \"frozen 1\" the process was silent while another answered %d "
		"times; thawed, it went on",
		ROUNDS);
}

const struct probe probe_cgroup_freeze = {
	.about = "cgroup.freeze stops the processes of a cgroup and lets them go on",
	.how = "After \"frozen 1\" a process in the cgroup has to stay silent while "
	       "one outside answers 200 times, and to go on once thawed.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "5.2",
	.kconfig = "CONFIG_CGROUPS",
	.needed_by = "docker pause, runc, crun, kubelet, k0s",
	.blocked_by = "no delegation (EACCES)",
	.needs = PROBE_NEEDS_CGROUP,
	.calls = CALLS(write),
	.ask = ask,
};
