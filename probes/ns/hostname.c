/*
 * Can a container in a user namespace set its host and domain name? (probes.md row 220.)
 *
 * sethostname(2) and setdomainname(2) need CAP_SYS_ADMIN in the user namespace that owns the
 * uts namespace. The sysctls kernel.hostname and kernel.domainname belong to the machine's
 * root though (EACCES), so that a runtime that writes those for the runtime specification's
 * linux.sysctl fails where the call would have worked: which it is here is told. Before a
 * uts namespace is made, the calls must be EPERM: that is the control.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "ns.h"
#include "record.h"

#define DOMAIN "plimsoll.invalid"

static struct verdict ask_inside(const struct ask *a)
{
	static const char name[] = "plimsoll-own";
	struct utsname now;

	if (sethostname(name, strlen(name)) < 0)
		return answer_refused(a, "sethostname", errno);
	if (setdomainname(DOMAIN, strlen(DOMAIN)) < 0)
		return answer_refused(a, "setdomainname", errno);
	if (uname(&now) < 0 || strcmp(now.nodename, name) ||
		strcmp(now.domainname, DOMAIN))
		return answer_fail("host and domain name were set, but uname(2) says "
				   "%.64s and %.64s",
			now.nodename, now.domainname);
	int r = write_file(AT_FDCWD, "/proc/sys/kernel/domainname", "plimsoll.test");
	return answer_pass(
		"host and domain name were set by their calls, which were EPERM "
		"before; sysctl kernel.domainname %s%s%s",
		r < 0 ? "could not be written (" : "could be written, too",
		r < 0 ? errno_name(-r) : "", r < 0 ? ")" : "");
}

static struct verdict ask(const struct ask *a)
{
	struct utsname before;
	struct ask inside;
	struct verdict v;

	if (ns_stranger(a, &inside, &v) < 0)
		return v;
	/* The name that it has: if it were accepted, nothing would change. */
	if (uname(&before) < 0)
		return answer_refused(a, "uname", errno);
	if (sethostname(before.nodename, strlen(before.nodename)) == 0)
		return answer_fail(
			"from a user namespace the host name of a uts namespace "
			"could be set that it does not own");
	if (errno != EPERM)
		return answer_refused(a, "sethostname", errno);
	if (ns_unshare(&inside, "uts", CLONE_NEWUTS, &v) < 0)
		return v;
	return ask_inside(&inside);
}

const struct probe probe_ns_hostname = {
	.about = "a container in a user namespace can set its host and domain name",
	.how = "Calls sethostname(2) and setdomainname(2) before (EPERM) and after a "
	       "uts namespace is made in a user namespace.",
	.man = "uts_namespaces(7)",
	.kconfig = "CONFIG_UTS_NS",
	.needed_by = "runc, crun (hostname, domainname, linux.sysctl)",
	.blocked_by = NS_BLOCKED("uts"),
	.calls = CALLS(unshare, sethostname, setdomainname),
	.ask = ask,
};
