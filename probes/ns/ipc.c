/*
 * Can an ipc namespace be made? (probes.md row 75.)
 *
 * A System V queue with a key is made in one new namespace. In another it must not be there
 * (ENOENT), and back in the first it must be: so the namespace is what hides it. All of it
 * happens in namespaces of the question's own, and ends with them.
 */
#include <errno.h>
#include <sched.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include "ns.h"

#define KEY 0x706c696d

static struct verdict ask(const struct ask *a)
{
	struct verdict v;

	_cleanup_close_ int before = ns_own(a, "ipc", &v);
	if (before < 0 || ns_unshare(a, "ipc", CLONE_NEWIPC, &v) < 0)
		return v;
	_cleanup_close_ int first = ns_own(a, "ipc", &v);
	if (first < 0)
		return v;
	if (ns_same(before, first))
		return answer_fail("unshare(CLONE_NEWIPC) succeeded, but the process is "
				   "in the same ipc namespace");
	if (msgget(KEY, IPC_CREAT | IPC_EXCL | 0600) < 0)
		return answer_refused(a, "msgget", errno);
	if (ns_unshare(a, "ipc", CLONE_NEWIPC, &v) < 0)
		return v;
	if (msgget(KEY, 0) >= 0 || errno != ENOENT)
		return answer_fail("a message queue made in one ipc namespace is seen in "
				   "another");
	if (setns(first, CLONE_NEWIPC) < 0)
		return answer_refused(a, "setns(ipc)", errno);
	if (msgget(KEY, 0) < 0)
		return answer_fail(
			"a message queue is gone from the ipc namespace it was made in");
	return answer_pass("a System V queue made in one ipc namespace was not there in "
			   "another (ENOENT), and was again back in the first");
}

const struct probe probe_ns_ipc = {
	.about = "a container can have System V and POSIX ipc objects of its own",
	.how = "Makes a queue in one new ipc namespace: it must be absent in a second, "
	       "and there again back in the first.",
	.man = "ipc_namespaces(7)",
	.kconfig = "CONFIG_IPC_NS CONFIG_SYSVIPC",
	.needed_by = "every container runtime",
	.blocked_by = NS_BLOCKED("ipc"),
	.needs = PROBE_NEEDS_MNTNS, /* with it, a user gets a user namespace */
	.calls = CALLS(unshare, setns, msgget),
	.ask = ask,
};
