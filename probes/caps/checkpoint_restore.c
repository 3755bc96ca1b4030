/*
 * Can checkpoint and restore be allowed without CAP_SYS_ADMIN? (probes.md row 192.)
 * CAP_CHECKPOINT_RESTORE is what a container that runs CRIU is given instead.
 *
 * Its number must be known (PR_CAPBSET_READ; EINVAL: older than 5.9, and for a number that
 * there never is, the control). Then its effect: in a new pid namespace a process with no
 * effective capability must not choose a pid (clone3(2) with set_tid: EPERM), and with this
 * one alone it must.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "caps.h"
#include "uapi/sched.h"

/* Makes the first process of the pid namespace by its number: 0 or a positive errno. */
static int choose_pid(uint64_t effective)
{
	pid_t chosen = 1;
	struct clone3_args args = {
		.exit_signal = SIGCHLD, .set_tid = (uintptr_t)&chosen, .set_tid_size = 1
	};
	struct caps caps = { effective, CAP_BIT(CAP_CHECKPOINT_RESTORE), 0 };

	if (caps_set(&caps) < 0)
		return errno;
	pid_t pid = sys_clone3(&args, sizeof(args));
	if (pid == 0)
		_exit(getpid() == 1 ? 0 : 1);
	int err = errno, status = 0;
	if (pid < 0)
		return err;
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : EIO;
}

static struct verdict in_child(const struct ask *a, void *arg)
{
	uint64_t needed = CAP_BIT(CAP_SYS_ADMIN) | CAP_BIT(CAP_CHECKPOINT_RESTORE);
	struct verdict v;

	if (caps_need(a, needed, &v) < 0)
		return v;
	if (unshare(CLONE_NEWPID) < 0)
		return answer_refused(a, "unshare(pid)", errno);
	int without = choose_pid(0), with = 0;
	if (without == EPERM)
		with = choose_pid(CAP_BIT(CAP_CHECKPOINT_RESTORE));
	if (without != EPERM)
		return without
			? answer_refused(a, "clone3(set_tid)", without)
			: answer_fail("a process without capabilities chose a pid");
	if (with)
		return answer_refused(a, "clone3(set_tid)", with);
	return answer_pass(
		"with this capability alone a process chose the pid of its child, without any it "
		"was EPERM");
}

static struct verdict ask(const struct ask *a)
{
	if (prctl(PR_CAPBSET_READ, CAP_CHECKPOINT_RESTORE, 0, 0, 0) < 0)
		return answer_refused(a, "prctl(capbset_read)", errno);
	if (prctl(PR_CAPBSET_READ, 63, 0, 0, 0) >= 0)
		return answer_fail("every number is told to be a capability");
	return ask_in_child(a, in_child, NULL);
}

const struct probe probe_caps_checkpoint_restore = {
	.about =
		"checkpoint and restore take a capability of their own and not CAP_SYS_ADMIN",
	.how = "In a new pid namespace a process with CAP_CHECKPOINT_RESTORE alone chooses the "
	       "pid of its child; without it that must be EPERM.",
	.man = "capabilities(7)",
	.since = "5.9",
	.kconfig = "CONFIG_CHECKPOINT_RESTORE",
	.needed_by = "CRIU, podman container checkpoint",
	.blocked_by = "seccomp (clone3)",
	.needs = PROBE_SHARES,
	.calls = CALLS(prctl, clone3),
	.ask = ask,
};
