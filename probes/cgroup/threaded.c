/*
 * Can the threads of one process be in different cgroups? (probes.md row 88.) libvirt
 * and some runtimes put single threads under cpu and cpuset limits of their own.
 *
 * A process's only thread is in the scratch cgroup. To move it to a cgroup below by
 * cgroup.threads gives EOPNOTSUPP, the control; once "threaded" is written to that one's
 * cgroup.type the same write is accepted, the scratch cgroup calls itself "domain
 * threaded", and there is no way back.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ask.h"
#include "cgroup.h"

static int type(int cgroup, char *buf, size_t size)
{
	ssize_t n = cgroup_read(cgroup, "cgroup.type", buf, size);

	if (n > 0)
		buf[strcspn(buf, "\n")] = '\0';
	return n < 0 ? n : 0;
}

static struct verdict ask(const struct ask *a)
{
	_cleanup_member_ struct member m = { 0 };
	char above[32], below[32], tid[16];
	int r;

	if (mkdirat(a->cgroup, "leaf", 0755) < 0)
		return cgroup_refused(a, "mkdirat(cgroup)", errno);
	_cleanup_close_ int leaf = openat(a->cgroup, "leaf", O_PATH | O_CLOEXEC);
	if ((r = type(leaf, below, sizeof(below))) < 0)
		return cgroup_refused(a, "openat(cgroup.type)", -r);
	if ((r = member_start_in(&m, a->cgroup)) < 0)
		return cgroup_refused(a, "write(cgroup.procs)", -r);
	snprintf(tid, sizeof(tid), "%d", m.pid);
	int before = write_file(leaf, "cgroup.threads", tid);
	if (before != -EOPNOTSUPP)
		return before == 0
			? answer_fail(
				  "a thread could be moved to a cgroup that is not threaded")
			: cgroup_refused(a, "write(cgroup.threads)", -before);
	if ((r = write_file(leaf, "cgroup.type", "threaded")) < 0)
		return cgroup_refused(a, "write(cgroup.type)", -r);
	if ((r = write_file(leaf, "cgroup.threads", tid)) < 0)
		return cgroup_refused(a, "write(cgroup.threads)", -r);
	if ((r = type(leaf, below, sizeof(below))) < 0 ||
		(r = type(a->cgroup, above, sizeof(above))) < 0)
		return cgroup_refused(a, "read(cgroup.type)", -r);
	if (strcmp(below, "threaded") || strcmp(above, "domain threaded"))
		return answer_fail(
			"\"threaded\" was written to cgroup.type, but the types are "
			"\"%s\" and above it \"%s\"",
			below, above);
	return answer_pass(
		"a thread could be moved once cgroup.type was \"threaded\", and not "
		"before (EOPNOTSUPP); the cgroup above is \"domain threaded\"");
}

const struct probe probe_cgroup_threaded = {
	.about = "the threads of one process can be in different cgroups (cgroup.type "
		 "threaded)",
	.how = "A thread is moved by cgroup.threads to a cgroup below before "
	       "(EOPNOTSUPP, the control) and after \"threaded\" was written to "
	       "cgroup.type there.",
	.man = "cgroups(7)",
	.since = "4.14",
	.kconfig = "CONFIG_CGROUPS",
	.needed_by = "libvirt, OCI runtimes with threaded cgroups",
	.blocked_by = "no delegation (EACCES)",
	.needs = PROBE_NEEDS_CGROUP | PROBE_SHARES,
	.calls = CALLS(write, mkdirat),
	.ask = ask,
};
