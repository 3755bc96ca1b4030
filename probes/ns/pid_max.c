/*
 * Has each pid namespace its own pid_max? (probes.md row 223.)
 *
 * From 6.14 on a container can limit its own process ids, and programs that cannot do with
 * large ones can be helped; before, the sysctl is the machine's. So it may be written only
 * when it belongs to the namespace's root, and that is not the machine's (see ns_stranger()):
 * where it belongs to the machine's root it is one for all, and is left alone. Else 400 is
 * written inside a new pid namespace, and must be read there and not outside.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "ns.h"

#define PID_MAX "/proc/sys/kernel/pid_max"
#define FEW     400

static struct verdict ask_first(const struct ask *a, void *arg)
{
	struct stat st;

	_cleanup_close_ int fd = env_open(a->env, PID_MAX, O_PATH);
	if (fd < 0 || fstat(fd, &st) < 0)
		return answer_refused(a, "open(pid_max)", fd < 0 ? -fd : errno);
	if (st.st_uid != geteuid())
		return answer_absent(
			"pid_max belongs to another than the root of a new pid "
			"namespace: it is one for the whole machine");
	int r = write_file(AT_FDCWD, PID_MAX, "400");
	if (r < 0)
		return answer_refused(a, "write(pid_max)", -r);
	long long now = env_number(a->env, PID_MAX);
	if (now != FEW)
		return answer_fail("%d was written to pid_max, but it is %lld", FEW, now);
	return answer_pass("written");
}

static struct verdict ask(const struct ask *a)
{
	struct ask inside;
	struct verdict v;

	if (ns_stranger(a, &inside, &v) < 0)
		return v;
	long long before = env_number(a->env, PID_MAX);
	v = ns_first(&inside, ask_first, NULL);
	if (v.outcome != OUTCOME_PASS)
		return v;
	long long after = env_number(a->env, PID_MAX);
	if (after != before)
		return answer_fail("pid_max went from %lld to %lld outside of the pid "
				   "namespace it was written in",
			before, after);
	return answer_pass("pid_max became %d in a new pid namespace, and stayed %lld "
			   "outside",
		FEW, after);
}

const struct probe probe_ns_pid_max = {
	.about = "a container can limit its own process ids (kernel.pid_max)",
	.how = "Writes pid_max in a new pid namespace, if it belongs to that one's "
	       "root, and reads it there and outside.",
	.man = "Documentation/admin-guide/sysctl/kernel.rst",
	.since = "6.14",
	.kconfig = "CONFIG_PID_NS CONFIG_SYSCTL",
	.needed_by = "LXC, Incus, 32-bit programs in containers",
	.blocked_by = "a read-only /proc/sys (EROFS); " NS_BLOCKED("pid"),
	.calls = CALLS(unshare, write),
	.ask = ask,
};
