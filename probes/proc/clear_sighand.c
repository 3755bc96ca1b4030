/*
 * Can a process be made whose signal handlers are all reset? (probes.md row 148.) A
 * handler of its parent's that runs in it, before it has had time to reset them one by
 * one, is a bug.
 *
 * A handler is set and two children are made with clone3(2), which say whether they have
 * it: the one made with CLONE_CLEAR_SIGHAND must not, the one made without must. As the
 * latter is made first, EINVAL means that the flag is not known (before 5.5).
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "answer.h"
#include "uapi/sched.h"

enum has { HAS_DEFAULT = 10, HAS_HANDLER = 11 }; /* exit status */

static void handler(int sig)
{
}

/* What a child made with these flags has; or -errno. */
static int ask_child(unsigned long long flags)
{
	struct clone3_args args = { .flags = flags, .exit_signal = SIGCHLD };
	struct sigaction now;
	int status;

	pid_t pid = sys_clone3(&args, sizeof(args));
	if (pid == 0)
		_exit(sigaction(SIGUSR1, NULL, &now) == 0 && now.sa_handler == handler
				? HAS_HANDLER
				: HAS_DEFAULT);
	if (pid < 0)
		return -errno;
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -ECHILD;
	return WEXITSTATUS(status);
}

static struct verdict judge(const struct ask *a)
{
	int plain = ask_child(0);
	if (plain < 0)
		return answer_refused(a, "clone3", -plain);
	int cleared = ask_child(CLONE_CLEAR_SIGHAND);
	if (cleared < 0)
		return answer_refused(a, "clone3(CLEAR_SIGHAND)", -cleared);
	if (plain != HAS_HANDLER)
		return answer_fail(
			"a child that clone3 made has lost its parent's signal handler "
			"without being told to");
	if (cleared != HAS_DEFAULT)
		return answer_fail(
			"CLONE_CLEAR_SIGHAND was accepted, but the child has its "
			"parent's signal handler");
	return answer_pass(
		"a child made with CLONE_CLEAR_SIGHAND had its parent's signal handler "
		"no more; one made without it had it");
}

static struct verdict ask(const struct ask *a)
{
	struct sigaction ours = { .sa_handler = handler }, before;

	if (sigaction(SIGUSR1, &ours, &before) < 0)
		return answer_error("sigaction", errno, "no signal handler can be set");
	struct verdict v = judge(a);
	sigaction(SIGUSR1, &before, NULL);
	return v;
}

const struct probe probe_proc_clear_sighand = {
	.about = "a process can be made with its signal handlers reset",
	.how = "Of two children made while a handler is set, the one made with "
	       "CLONE_CLEAR_SIGHAND must not have it, the other must.",
	.man = "clone3(2)",
	.since = "5.5",
	.needed_by = "the C library (posix_spawn), systemd",
	.blocked_by =
		"seccomp (clone3: ENOSYS by Docker's profile without CAP_SYS_ADMIN)",
	.needs = PROBE_SHARES,
	.calls = CALLS(clone3),
	.ask = ask,
};
