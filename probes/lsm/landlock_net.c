/*
 * Can Landlock keep a process from binding TCP ports? (probes.md row 179, ABI 4.)
 *
 * Two domains, one inside the other: in the first a rule allows the ports that the kernel
 * chooses, and bind(2) to one must still work; in the second no rule does, and the same
 * bind must be EACCES. EINVAL or E2BIG for the ruleset: an older ABI. Nothing listens, and
 * the sockets are closed at once.
 */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "landlock.h"
#include "record.h"

/* Binds a TCP socket to a port that the kernel chooses: 0 or a positive errno. */
static int try_bind(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET };

	_cleanup_close_ int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	return bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0 ? errno : 0;
}

static struct verdict in_child(const struct ask *a, void *arg)
{
	struct plimsoll_landlock_handled handled = {
		.net = LANDLOCK_ACCESS_NET_BIND_TCP
	};
	struct plimsoll_landlock_port any = { LANDLOCK_ACCESS_NET_BIND_TCP, 0 };
	struct verdict v;

	_cleanup_close_ int allowing = landlock_ruleset(a, "net", &handled, &v);
	_cleanup_close_ int denying = landlock_ruleset(a, "net", &handled, &v);
	if (allowing < 0 || denying < 0)
		return v;
	int err = try_bind();
	if (err)
		return answer_refused(a, "bind(tcp)", err);
	if (sys_landlock_add_rule(allowing, PLIMSOLL_LANDLOCK_RULE_NET_PORT, &any) < 0)
		return answer_refused(a, "landlock_add_rule(net)", errno);
	if (landlock_enter(a, allowing, &v) < 0)
		return v;
	err = try_bind();
	if (err)
		return answer_fail(
			"in a domain that allows it, bind gave %s", errno_name(err));
	if (landlock_enter(a, denying, &v) < 0)
		return v;
	err = try_bind();
	if (err != EACCES)
		return answer_fail("in a domain that forbids it, bind gave %s",
			err ? errno_name(err) : "no error");
	return answer_pass(
		"bind to a TCP port gave EACCES in a domain that forbids it, and worked in one "
		"that allows it");
}

static struct verdict ask(const struct ask *a)
{
	return landlock_ask(a, in_child);
}

const struct probe probe_lsm_landlock_net = {
	.about =
		"a Landlock sandbox can keep a process from binding and connecting TCP ports",
	.how = "bind(2) to a port that the kernel chooses must work in a domain whose rule "
	       "allows it, and be EACCES in one without.",
	.man = "landlock(7)",
	.since = "6.7",
	.kconfig = "CONFIG_SECURITY_LANDLOCK CONFIG_INET",
	.needed_by = "sandboxes in containers",
	.blocked_by = "seccomp; not in the boot parameter lsm= (EOPNOTSUPP)",
	.needs = PROBE_SHARES,
	.calls = CALLS(
		landlock_create_ruleset, landlock_add_rule, landlock_restrict_self, bind),
	.ask = ask,
};
