/*
 * Does NS_GET_NSTYPE say what kind of namespace a descriptor is? (probes.md row 60.)
 *
 * Asked of each of the process's own: each must have its own CLONE_NEW* number, so that they
 * are each other's control. And a question that only user namespaces answer
 * (NS_GET_OWNER_UID) must be EINVAL of the others, and not answered as if.
 */
#include <errno.h>
#include <sched.h>

#include "ns.h"
#include "uapi/nsfs.h"

static struct verdict ask(const struct ask *a)
{
	int count = 0;
	uid_t uid;

	for (size_t i = 0; i < NS_KINDS; i++) {
		const struct ns_kind *k = &ns_kinds[i];
		_cleanup_close_ int fd = ns_open(a->env, k->name);
		if (fd == -ENOENT)
			continue; /* not in this kernel */
		if (fd < 0)
			return answer_refused(a, "open(ns)", -fd);
		int type = ioctl(fd, NS_GET_NSTYPE);
		if (type < 0)
			return answer_refused(a, "ioctl(NS_GET_NSTYPE)", errno);
		if (type != k->flag)
			return answer_fail(
				"NS_GET_NSTYPE says %#x of a %s namespace, not %#x", type,
				k->name, k->flag);
		if (k->flag != CLONE_NEWUSER &&
			(ioctl(fd, NS_GET_OWNER_UID, &uid) == 0 || errno != EINVAL))
			return answer_fail(
				"NS_GET_OWNER_UID of a %s namespace is not EINVAL",
				k->name);
		count++;
	}
	if (count < 2)
		return answer_absent(
			"there are not two kinds of namespaces to tell apart");
	return answer_pass("NS_GET_NSTYPE told %d kinds of namespaces apart", count);
}

const struct probe probe_ns_nstype = {
	.about = "NS_GET_NSTYPE says what kind of namespace a descriptor stands for",
	.how = "Asks it of every namespace of one's own: each must answer with its own "
	       "CLONE_NEW* number.",
	.man = "ioctl_ns(2)",
	.since = "4.11",
	.kconfig = "CONFIG_NAMESPACES",
	.needed_by = "containerd, lsns",
	.blocked_by = "seccomp",
	.needs = PROBE_SHARES,
	.calls = CALLS(ioctl),
	.ask = ask,
};
