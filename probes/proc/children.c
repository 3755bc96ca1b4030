/*
 * Can the children of a process be listed? (probes.md row 155.) Without it every process
 * of the machine has to be looked at.
 *
 * /proc/self/task/TID/children must have a child's pid after it was made, and must not
 * have had it before. Where it is not built in there is no such file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "cgroup.h"
#include "proc.h"

static ssize_t read_children(const struct ask *a, char *text, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	return env_file(a->env, path, text, size);
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_waiter_ struct waiter w = { .go = -1 };
	char before[256], after[256], pid[16];
	struct verdict v;

	ssize_t n = read_children(a, before, sizeof(before));
	if (n < 0)
		return answer_refused(a, "openat(children)", -n);
	if (waiter_start(a, &w, &v) < 0)
		return v;
	snprintf(pid, sizeof(pid), "%d", w.pid);
	n = read_children(a, after, sizeof(after));
	if (n < 0)
		return answer_refused(a, "openat(children)", -n);
	if (has_word(before, pid) || !has_word(after, pid))
		return answer_fail(
			"/proc/self/task/TID/children does not have a child, or had it "
			"before it was made");
	return answer_pass(
		"/proc/self/task/TID/children had a child when it was made, and not "
		"before");
}

const struct probe probe_proc_children = {
	.about = "the children of a process can be listed (/proc/PID/task/TID/children)",
	.how = "The file must have a child's pid after it was made, and not before.",
	.man = "proc_tid_children(5)",
	.since = NULL,
	.kconfig = "CONFIG_PROC_CHILDREN",
	.needed_by = "CRIU, Kubernetes (ContainerCheckpoint), podman checkpoint",
	.blocked_by = "a masked /proc",
	.needs = PROBE_SHARES,
	.calls = CALLS(openat),
	.ask = ask,
};
