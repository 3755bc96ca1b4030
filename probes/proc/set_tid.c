/*
 * Can a process be made with a pid of one's choice? (probes.md row 148.) A checkpointed
 * container is restored with the pids that it had.
 *
 * That takes CAP_CHECKPOINT_RESTORE (before 5.9: CAP_SYS_ADMIN) in the user namespace
 * that owns the pid namespace: so it is asked in ones of our own, by their first process.
 * A child that clone3(2) makes must have another pid than ours of choice, one made with
 * set_tid just that, and a second one with the same must be EEXIST. Before 5.5 the
 * argument is E2BIG.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "ns.h"
#include "uapi/sched.h"

#define CHOSEN 77

/* The pid of a child that ends at once and is not reaped; or -errno. */
static int make_child(pid_t chosen)
{
	struct clone3_args args = { .exit_signal = SIGCHLD };

	if (chosen) {
		args.set_tid = (uintptr_t)&chosen;
		args.set_tid_size = 1;
	}
	pid_t pid = sys_clone3(&args, sizeof(args));
	if (pid == 0)
		_exit(0);
	return pid < 0 ? -errno : pid;
}

/* As the first process of a pid namespace. */
static struct verdict in_namespace(const struct ask *a, void *arg)
{
	int plain = make_child(0);
	if (plain < 0)
		return answer_refused(a, "clone3", -plain);
	int chosen = make_child(CHOSEN);
	if (chosen < 0)
		return answer_refused(a, "clone3(set_tid)", -chosen);
	int again = make_child(CHOSEN);
	if (plain == CHOSEN || chosen != CHOSEN)
		return answer_fail(
			"a child that was to be %d is %d, one made before it is %d",
			CHOSEN, chosen, plain);
	if (again != -EEXIST)
		return answer_fail("two children were made with the same pid");
	return answer_pass(
		"a child had the pid that was chosen for it (%d), one made before it "
		"had %d; a second one with that pid was EEXIST",
		chosen, plain);
}

static struct verdict ask(const struct ask *a)
{
	return ns_first(a, in_namespace, NULL);
}

const struct probe probe_proc_set_tid = {
	.about = "a process can be made with a chosen pid, as restoring a checkpoint "
		 "needs",
	.how = "In a pid namespace of one's own a child is made with set_tid: it must "
	       "have that pid, which another child has not, and a second one must be "
	       "EEXIST.",
	.man = "clone3(2)",
	.since = "5.5",
	.kconfig = "CONFIG_PID_NS",
	.needed_by = "CRIU, Kubernetes (ContainerCheckpoint)",
	.blocked_by = "seccomp; outside of a pid namespace of one's own "
		      "CAP_CHECKPOINT_RESTORE is needed (EPERM)",
	.needs = PROBE_NEEDS_USERNS,
	.calls = CALLS(clone3, unshare),
	.ask = ask,
};
