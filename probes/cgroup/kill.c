/*
 * Does cgroup.kill end everything in a cgroup? (probes.md row 91.)
 *
 * With it a runtime ends a container at once, without a race against what forks in it. Two
 * processes are put into the scratch cgroup and into one below it, and answer; a third stays
 * outside. After "1" both have to be dead by SIGKILL, and the third, the control, still answers.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ask.h"
#include "cgroup.h"

#define PATIENCE_MS 2000

static bool killed(struct member *m)
{
	int status;

	if (member_listen(m, PATIENCE_MS) != MEMBER_GONE ||
		waitpid(m->pid, &status, 0) != m->pid)
		return false;
	close(m->ping);
	close(m->pong);
	m->pid = 0;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_member_ struct member in = { 0 }, below = { 0 }, outside = { 0 };
	int r;

	if (faccessat(a->cgroup, "cgroup.kill", F_OK, 0) < 0)
		return cgroup_refused(a, "access(cgroup.kill)", errno);
	if (mkdirat(a->cgroup, "below", 0755) < 0)
		return cgroup_refused(a, "mkdirat(cgroup)", errno);
	_cleanup_close_ int sub = openat(a->cgroup, "below", O_PATH | O_CLOEXEC);
	if ((r = member_start(&outside)) < 0)
		return answer_error("fork", -r, "fork: %s", strerror(-r));
	if ((r = member_start_in(&in, a->cgroup)) < 0 ||
		(r = member_start_in(&below, sub)) < 0)
		return cgroup_refused(a, "write(cgroup.procs)", -r);
	if (!member_answers(&in, PATIENCE_MS) || !member_answers(&below, PATIENCE_MS) ||
		!member_answers(&outside, PATIENCE_MS))
		return answer_error("write(cgroup.procs)", 0,
			"a process did not run after it was "
			"put into the scratch cgroup");

	r = write_file(a->cgroup, "cgroup.kill", "1");
	if (r < 0)
		return cgroup_refused(a, "write(cgroup.kill)", -r);
	if (!killed(&in) || !killed(&below))
		return answer_fail(
			"1 was written to cgroup.kill, but a process in the cgroup or "
			"below it was not killed");
	if (!member_answers(&outside, PATIENCE_MS))
		return answer_fail(
			"cgroup.kill ended a process outside of the cgroup too");
	return answer_pass(
		"both processes, in the cgroup and in one below it, died of SIGKILL; one "
		"outside still runs");
}

const struct probe probe_cgroup_kill = {
	.about = "cgroup.kill ends every process in a cgroup and below",
	.how = "1 is written: a process in the cgroup and one below it have to die of "
	       "SIGKILL; the control is one outside, which still answers.",
	.man = "Documentation/admin-guide/cgroup-v2.rst",
	.since = "5.14",
	.kconfig = "CONFIG_CGROUPS",
	.needed_by = "runc, crun, kubelet, systemd",
	.blocked_by = "no delegation (EACCES); threaded cgroup (EOPNOTSUPP)",
	.needs = PROBE_NEEDS_CGROUP,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
