/*
 * Can the next pid of a pid namespace be chosen? (probes.md row 155.) It is the older way
 * of restoring processes with the pids that they had.
 *
 * That takes CAP_CHECKPOINT_RESTORE (before 5.9: CAP_SYS_ADMIN) in the user namespace
 * that owns the pid namespace: so it is asked in ones of our own, by their first process,
 * which writes kernel.ns_last_pid. The child it forks before must have another pid than
 * the next number, the one it forks after must have that.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ns.h"

#define LAST 76

/* The pid of a child that has ended; or -errno. */
static int fork_once(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return -errno;
	waitpid(pid, NULL, 0);
	return pid;
}

/* As the first process of a pid namespace. */
static struct verdict in_namespace(const struct ask *a, void *arg)
{
	char path[320], last[16];

	int before = fork_once();
	if (before < 0)
		return answer_refused(a, "fork", -before);
	snprintf(path, sizeof(path), "%s/proc/sys/kernel/ns_last_pid", a->env->prefix);
	snprintf(last, sizeof(last), "%d", LAST);
	int r = write_file(AT_FDCWD, path, last);
	if (r < 0)
		return answer_refused(a, "write(ns_last_pid)", -r);
	int after = fork_once();
	if (after < 0)
		return answer_refused(a, "fork", -after);
	if (before == LAST + 1 || after != LAST + 1)
		return answer_fail(
			"kernel.ns_last_pid was set to %d, but the next process was "
			"%d, and the one before that %d",
			LAST, after, before);
	return answer_pass(
		"with kernel.ns_last_pid set to %d the next process was %d; the one "
		"before was %d",
		LAST, after, before);
}

static struct verdict ask(const struct ask *a)
{
	return ns_first(a, in_namespace, NULL);
}

const struct probe probe_proc_ns_last_pid = {
	.about = "the next pid of a pid namespace can be chosen (kernel.ns_last_pid)",
	.how = "In a pid namespace of one's own the sysctl is written; the process "
	       "forked then must have the next pid, the one forked before another.",
	.man = "pid_namespaces(7)",
	.since = NULL,
	.kconfig = "CONFIG_CHECKPOINT_RESTORE CONFIG_PID_NS",
	.needed_by = "CRIU on kernels without set_tid",
	.blocked_by =
		"a read-only /proc/sys (EROFS); outside of a pid namespace of one's own "
		"CAP_CHECKPOINT_RESTORE is needed (EPERM)",
	.needs = PROBE_NEEDS_USERNS,
	.calls = CALLS(write, unshare),
	.ask = ask,
};
