/*
 * Can Landlock keep a process from signalling, and from connecting to abstract sockets,
 * outside of its sandbox? (probes.md row 179, ABI 6.) Abstract UNIX sockets have no file
 * that could be forbidden.
 *
 * A child may signal its parent (signal 0, which does nothing) and connect to an abstract
 * socket of its own; in the domain both must be EPERM, and signalling itself, the control,
 * must work. E2BIG or EINVAL for the ruleset: an older ABI.
 */
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "landlock.h"
#include "record.h"

/* A listening abstract socket whose name the kernel chose. A descriptor or -errno. */
static int listen_abstract(struct sockaddr_un *ret_name, socklen_t *ret_len)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(name);

	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof(sa_family_t)) < 0 ||
		listen(fd, 4) < 0 || getsockname(fd, (struct sockaddr *)&name, &len) < 0)
		return -errno;
	*ret_name = name;
	*ret_len = len;
	return TAKE_FD(fd);
}

/* 0 or a positive errno. */
static int try_connect(const struct sockaddr_un *name, socklen_t len)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return connect(fd, (const struct sockaddr *)name, len) < 0 ? errno : 0;
}

static int try_signal(pid_t pid)
{
	return kill(pid, 0) < 0 ? errno : 0;
}

static struct verdict judge(
	const struct ask *a, const struct sockaddr_un *name, socklen_t len, int ruleset)
{
	struct verdict v;

	if (landlock_enter(a, ruleset, &v) < 0)
		return v;
	int signal = try_signal(getppid()), self = try_signal(getpid());
	int connected = try_connect(name, len);
	if (signal != EPERM || self || connected != EPERM)
		return answer_fail(
			"in a scoped domain a signal to a process outside gave %s, to oneself %s, "
			"and an abstract socket from outside %s",
			signal ? errno_name(signal) : "no error",
			self ? errno_name(self) : "no error",
			connected ? errno_name(connected) : "no error");
	return answer_pass(
		"in a scoped domain a signal to the parent and an abstract socket from outside "
		"gave EPERM; before, both worked");
}

static struct verdict in_child(const struct ask *a, void *arg)
{
	struct plimsoll_landlock_handled handled = {
		.scoped = LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL
	};
	struct sockaddr_un name;
	socklen_t len = 0;
	struct verdict v;

	_cleanup_close_ int server = listen_abstract(&name, &len);
	if (server < 0 || try_connect(&name, len) || try_signal(getppid()))
		return answer_error("connect", server < 0 ? -server : errno,
			"the control failed: no abstract socket, or no signal to the parent");
	_cleanup_close_ int ruleset = landlock_ruleset(a, "scope", &handled, &v);
	return ruleset < 0 ? v : judge(a, &name, len, ruleset);
}

static struct verdict ask(const struct ask *a)
{
	return landlock_ask(a, in_child);
}

const struct probe probe_lsm_landlock_scope = {
	.about =
		"a Landlock sandbox can keep a process from signals and abstract sockets "
		"outside of it",
	.how = "A child signals its parent and connects to an abstract socket, before and in a "
	       "scoped domain, where both must be EPERM; signalling itself must work.",
	.man = "landlock(7)",
	.since = "6.12",
	.kconfig = "CONFIG_SECURITY_LANDLOCK",
	.needed_by = "sandboxes in containers",
	.blocked_by = "seccomp; not in the boot parameter lsm= (EOPNOTSUPP)",
	.needs = PROBE_SHARES,
	.calls = CALLS(landlock_create_ruleset, landlock_restrict_self),
	.ask = ask,
};
