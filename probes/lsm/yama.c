/*
 * Does Yama keep processes from tracing what is not their child? (probes.md row 195.) It is
 * why a debug container, or CRIU, cannot attach, and what keeps the programs of one user
 * from reading each other's secrets.
 *
 * That PR_SET_PTRACER is known says that Yama is active (EINVAL: it is not). Two processes
 * without capabilities: the child reads its parent's memory, which must be EPERM, and works
 * once the parent has named it as its tracer; the parent reads the child's, the control.
 * Where kernel.yama.ptrace_scope is 0 Yama restricts nothing, and at 2 or 3 nobody may.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ask.h"
#include "caps.h"
#include "lsm.h"
#include "pool.h"
#include "record.h"

static int word_ = 42;

/* Reads a word of another process, which has it at the same address. 0 or a positive errno. */
static int peek(pid_t pid)
{
	int found = 0;
	struct iovec here = { &found, sizeof(found) }, there = { &word_, sizeof(word_) };

	ssize_t n = process_vm_readv(pid, &here, 1, &there, 1, 0);
	return n < 0 ? errno : n == sizeof(found) && found == word_ ? 0 : EIO;
}

/* What became of reading the parent, before it allowed that and after, and the child. */
struct seen {
	int before, after, child;
};

/* The child: reads its parent, says so, waits for its turn and reads it again. */
static void read_parent(int parent, int in, int out)
{
	struct seen seen = { 0 };
	char byte;

	die_with_parent(parent);
	seen.before = peek(parent);
	if (write(out, "", 1) != 1 || read(in, &byte, 1) != 1)
		_exit(1);
	seen.after = peek(parent);
	_exit(write(out, &seen, sizeof(seen)) != sizeof(seen));
}

static bool watch(pid_t pid, int to, int from, struct seen *ret_seen)
{
	struct seen seen;
	char byte;

	if (pid < 0 || read(from, &byte, 1) != 1)
		return false;
	int child = peek(pid);
	prctl(PR_SET_PTRACER, pid, 0, 0, 0);
	if (write(to, "", 1) != 1 || read(from, &seen, sizeof(seen)) != sizeof(seen))
		return false;
	seen.child = child;
	*ret_seen = seen;
	return true;
}

/* Both ways of tracing between a process and its child. */
static bool trace(struct seen *ret_seen)
{
	int to[2], from[2], self = getpid();

	if (pipe2(to, O_CLOEXEC) < 0 || pipe2(from, O_CLOEXEC) < 0)
		return false;
	pid_t pid = fork();
	if (pid == 0) {
		close(to[1]);
		close(from[0]);
		read_parent(self, to[0], from[1]);
	}
	close(to[0]);
	close(from[1]);
	bool seen = watch(pid, to[1], from[0], ret_seen);
	close(to[1]);
	close(from[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return seen;
}

static struct verdict judge(const struct ask *a, const struct seen *seen, long long scope)
{
	if (scope == 0)
		return answer_denied("sysctl", "sysctl kernel.yama.ptrace_scope is 0",
			"sysctl -w kernel.yama.ptrace_scope=1 (debuggers can then attach only to "
			"what they have started)",
			"Yama is active and restricts nothing: a child could %s its parent's "
			"memory",
			seen->before ? "not read" : "read");
	if (seen->before != EPERM)
		return answer_fail(
			"kernel.yama.ptrace_scope is %lld, but a child read its parent's memory",
			scope);
	if (scope == 1 && (seen->after || seen->child))
		return answer_refused(
			a, "process_vm_readv", seen->child ? seen->child : seen->after);
	if (scope > 1 && seen->after != EPERM)
		return answer_fail(
			"kernel.yama.ptrace_scope is %lld, but a child that its parent had named "
			"read its memory",
			scope);
	return answer_pass("kernel.yama.ptrace_scope is %lld: a child could not read its "
			   "parent's memory%s",
		scope,
		scope == 1 ? ", until the parent had named it as its tracer"
			   : ", nor its parent the child's");
}

static struct verdict in_child(const struct ask *a, void *arg)
{
	struct caps none = { 0 };
	struct seen seen;

	if (caps_set(&none) < 0)
		return answer_refused(a, "capset", errno);
	if (!trace(&seen))
		return answer_error("fork", errno, "a child did not answer");
	return judge(a, &seen, *(long long *)arg);
}

static struct verdict ask(const struct ask *a)
{
	long long scope = env_number(a->env, "/proc/sys/kernel/yama/ptrace_scope");

	/* Nobody is named: nothing changes. */
	if (prctl(PR_SET_PTRACER, 0, 0, 0, 0) < 0) {
		struct verdict v = answer_refused(a, "prctl(ptracer)", errno);
		return v.outcome == OUTCOME_ABSENT ? lsm_inactive(a, "yama") : v;
	}
	if (scope < 0)
		return answer_denied("mask",
			"/proc/sys/kernel/yama/ptrace_scope cannot be read here", NULL,
			"Yama is active; what it restricts cannot be told: %s",
			strerror(-scope));
	return ask_in_child(a, in_child, &scope);
}

const struct probe probe_lsm_yama = {
	.about = "a process cannot trace or read another that it has not started (Yama)",
	.how = "A child without capabilities reads its parent's memory, before and after the "
	       "parent names it as its tracer; the parent reads the child's.",
	.man = "Documentation/admin-guide/LSM/Yama.rst",
	.since = "3.4",
	.kconfig = "CONFIG_SECURITY_YAMA",
	.needed_by = "debug containers and CRIU, which it restricts",
	.blocked_by = "kernel.yama.ptrace_scope=0; boot parameter lsm=; seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(prctl, process_vm_readv),
	.ask = ask,
};
