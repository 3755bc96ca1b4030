/*
 * Can a process be born in a cgroup? (probes.md row 92.)
 *
 * With CLONE_INTO_CGROUP a runtime's first process is under its limits from its first
 * instruction and never has to be moved. EINVAL from clone3(2) may mean anything, so the
 * control is the same call without the flag: its child is not in the scratch cgroup. With the
 * flag, and nothing else changed, the child is, and nobody has moved it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "uapi/sched.h"

/* As member_start(), by clone3(2). 0 or -errno. */
static int start(struct member *ret_member, uint64_t flags, int cgroup)
{
	struct clone3_args args = { .flags = flags,
		.exit_signal = SIGCHLD,
		.cgroup = flags ? (uint64_t)cgroup : 0 };
	int ping[2], pong[2], parent = getpid();

	if (pipe2(ping, O_CLOEXEC) < 0 || pipe2(pong, O_CLOEXEC) < 0)
		return -errno;
	pid_t pid = sys_clone3(&args, sizeof(args));
	int err = errno;
	if (pid == 0) {
		close(ping[1]);
		close(pong[0]);
		member_run(parent, ping[0], pong[1]);
	}
	close(ping[0]);
	close(pong[1]);
	if (pid < 0)
		return -err;
	*ret_member = (struct member) { pid, ping[1], pong[0] };
	return 0;
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_member_ struct member control = { 0 }, born = { 0 };

	int r = start(&control, 0, a->cgroup);
	if (r < 0)
		return answer_refused(a, "clone3", -r);
	if (cgroup_has(a->cgroup, control.pid))
		return answer_error("clone3", 0,
			"the control failed: a child that was made without "
			"CLONE_INTO_CGROUP is in the scratch cgroup");
	r = start(&born, CLONE_INTO_CGROUP, a->cgroup);
	if (r < 0)
		return cgroup_refused(a, "clone3(cgroup)", -r);
	if (!cgroup_has(a->cgroup, born.pid))
		return answer_fail(
			"clone3(CLONE_INTO_CGROUP) succeeded, but the child is not in that "
			"cgroup");
	return answer_pass(
		"the child of clone3(CLONE_INTO_CGROUP) is in that cgroup without having "
		"been moved; without the flag it is not");
}

const struct probe probe_cgroup_clone_into = {
	.about = "clone3(CLONE_INTO_CGROUP) makes a process inside a cgroup",
	.man = "clone(2)",
	.since = "5.7",
	.kconfig = "CONFIG_CGROUPS",
	.needs = PROBE_NEEDS_CGROUP,
	.calls = CALLS(clone3),
	.ask = ask,
};
