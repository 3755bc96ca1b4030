/*
 * Can a user namespace have interpreters of its own? (probes.md row 171.) So a rootless
 * build runs programs of other architectures without any change to the host.
 *
 * binfmt_misc is mounted in a user namespace and a program registered that no file matches:
 * it must be told there, and not on the host. It is taken out again, and gone with the
 * namespace anyway. EPERM from creating it, where a tmpfs (the control) can be mounted: a
 * kernel older than 6.7, which has it for the host only.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "mnt.h"

/* EPERM is the type's only where another can be mounted. */
static struct verdict refused(const struct ask *a, const struct verdict *v)
{
	struct verdict other;

	if (v->err != EPERM || strcmp(v->stage, "fsconfig(create)"))
		return *v;
	_cleanup_close_ int control = mnt_make(a, "tmpfs", NULL, &other);
	if (control < 0)
		return other;
	return answer_absent(
		"binfmt_misc is EPERM in a user namespace, where a tmpfs can be mounted: this "
		"kernel has it for the host only");
}

static struct verdict judge(const struct ask *a, int mnt)
{
	char name[32], entry[128], host[80];

	snprintf(name, sizeof(name), "plimsoll.%d", getpid());
	snprintf(entry, sizeof(entry), ":%s:M::plimsoll-no-program::/nowhere:", name);
	int r = write_file(mnt, "register", entry);
	if (r < 0)
		return answer_refused(a, "write(register)", -r);
	bool there = faccessat(mnt, name, F_OK, 0) == 0;
	snprintf(host, sizeof(host), "/proc/sys/fs/binfmt_misc/%s", name);
	bool outside = access(host, F_OK) == 0;
	write_file(mnt, name, "-1");
	if (!there || outside)
		return answer_fail(
			"a program was registered in a user namespace, and is %s",
			outside ? "told on the host, too" : "not told there");
	if (faccessat(mnt, name, F_OK, 0) == 0)
		return answer_fail("a program that was taken out is still told");
	return answer_pass(
		"a program was registered in a binfmt_misc of the user namespace's own, and is "
		"not told outside");
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	_cleanup_close_ int mnt = mnt_make(a, "binfmt_misc", NULL, &v);
	return mnt < 0 ? refused(a, &v) : judge(a, mnt);
}

const struct probe probe_fs_binfmt_userns = {
	.about = "a user namespace can have interpreters of its own (binfmt_misc)",
	.how = "A program that no file matches is registered in a binfmt_misc of the user "
	       "namespace's own, and must not be told outside.",
	.man = "Documentation/admin-guide/binfmt-misc.rst",
	.since = "6.7",
	.kconfig = "CONFIG_BINFMT_MISC CONFIG_USER_NS",
	.needed_by = "rootless multi-architecture builds",
	.blocked_by = "user namespaces; seccomp",
	.modules = "fs-binfmt_misc",
	.needs = PROBE_NEEDS_USERNS | PROBE_NEEDS_MNTNS | PROBE_SHARES,
	.calls = CALLS(fsopen, fsconfig, fsmount),
	.ask = ask,
};
