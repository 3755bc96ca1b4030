/*
 * Can a uts namespace be made? (probes.md row 75.)
 *
 * A host name is set in one new namespace and another one in a second. Back in the first its
 * own must be there, unchanged: so each has one. The machine's is not touched.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "ns.h"

/*
 * A new namespace with this host name: its descriptor, or -1 with *ret_refused. That it is
 * another than `old` is seen first, as a name must never be given to the machine's.
 */
static int make_named(
	const struct ask *a, int old, const char *name, struct verdict *ret_refused)
{
	if (ns_unshare(a, "uts", CLONE_NEWUTS, ret_refused) < 0)
		return -1;
	_cleanup_close_ int ns = ns_own(a, "uts", ret_refused);
	if (ns < 0)
		return -1;
	if (ns_same(ns, old))
		*ret_refused =
			answer_fail("unshare(CLONE_NEWUTS) succeeded, but the process "
				    "is in the same uts namespace");
	else if (sethostname(name, strlen(name)) < 0)
		*ret_refused = answer_refused(a, "sethostname", errno);
	else
		return TAKE_FD(ns);
	return -1;
}

static struct verdict ask(const struct ask *a)
{
	struct utsname in_second, in_first;
	struct verdict v;

	_cleanup_close_ int before = ns_own(a, "uts", &v);
	if (before < 0)
		return v;
	_cleanup_close_ int first = make_named(a, before, "plimsoll-first", &v);
	if (first < 0)
		return v;
	_cleanup_close_ int second = make_named(a, first, "plimsoll-second", &v);
	if (second < 0)
		return v;
	uname(&in_second);
	if (setns(first, CLONE_NEWUTS) < 0)
		return answer_refused(a, "setns(uts)", errno);
	uname(&in_first);
	if (strcmp(in_second.nodename, "plimsoll-second") ||
		strcmp(in_first.nodename, "plimsoll-first"))
		return answer_fail(
			"two uts namespaces do not keep their host names apart");
	return answer_pass("a host name set in one uts namespace stayed as it was when "
			   "another was set in a second");
}

const struct probe probe_ns_uts = {
	.about = "a container can have a host name of its own",
	.how = "Sets host names in two new uts namespaces, and goes back to the first: "
	       "its own is still there.",
	.man = "uts_namespaces(7)",
	.kconfig = "CONFIG_UTS_NS",
	.needed_by = "every container runtime",
	.blocked_by = NS_BLOCKED("uts"),
	.needs = PROBE_NEEDS_MNTNS, /* with it, a user gets a user namespace */
	.calls = CALLS(unshare, setns, sethostname),
	.ask = ask,
};
