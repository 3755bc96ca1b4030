/*
 * Can a process without privileges be woken when memory gets short? (probes.md row 120.)
 * Since 6.4, and in later releases of 6.1, anyone may set a trigger, if its window is a
 * multiple of two seconds; before, it took privilege. All capabilities are given up
 * first.
 *
 * The string must end in NUL: the kernel puts one over the last byte. A descriptor
 * without a trigger polls as in error; with one it does not, which is the effect. The
 * control is a window of one second, which must be refused, or the asker is privileged
 * after all. Before, the file cannot be opened for writing: EACCES, as its mode gives
 * that to nobody (5.10), or EPERM, which here is the kernel's own answer.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "caps.h"
#include "cgroup_stall.h"

#define PATH "/proc/pressure/memory"

static struct verdict not_opened(const struct ask *a, int err)
{
	char path[PATH_MAX];
	struct verdict v;
	struct stat st;

	snprintf(path, sizeof(path), "%s" PATH, a->env->prefix);
	bool only_root = stat(path, &st) == 0 && !(st.st_mode & 0002);
	bool filtered = a->env->seccomp == 2 && call_filtered("openat", err) != 0;
	if (filtered || (err != EPERM && !(err == EACCES && only_root)))
		return psi_refused(a, "openat(pressure/memory)", err);
	v = answer_absent("only a privileged process may open " PATH " for writing: %s",
		err == EPERM ? "EPERM" : "its mode gives that to nobody (EACCES)");
	VERDICT_TEXT(v.stage, "openat(pressure/memory)");
	v.err = err;
	return v;
}

static bool polls_as_error(int fd)
{
	struct pollfd p = { fd, POLLPRI, 0 };

	return poll(&p, 1, 0) > 0 && (p.revents & POLLERR);
}

static struct verdict trigger(const struct ask *a, int fd)
{
	static const char control[] = "some 150000 1000000",
			  text[] = "some 150000 2000000";

	bool error = polls_as_error(fd);
	if (write(fd, control, sizeof(control)) >= 0)
		return answer_error("write(pressure/memory)", 0,
			"the control failed: a window of one second was accepted, though "
			"capabilities were given up");
	if (errno != EINVAL)
		return psi_refused(a, "write(pressure/memory)", errno);
	if (write(fd, text, sizeof(text)) < 0)
		return psi_refused(a, "write(pressure/memory)", errno);
	if (!error || polls_as_error(fd))
		return answer_fail("a trigger was accepted, but poll says that there %s",
			error ? "is none" : "was one before");
	return answer_pass(
		"a window of 2 s is accepted without capabilities, one of 1 s is "
		"not (EINVAL); poll waits for the trigger");
}

static struct verdict ask(const struct ask *a)
{
	struct verdict v;
	char text[512];

	if (psi_read(a, "memory", text, sizeof(text), &v) < 0)
		return v;
	/* CAP_SYS_RESOURCE, and what opens a file against its mode. */
	if (caps_drop(~0ULL) < 0)
		return answer_error("capset", errno, "capset: %s", strerror(errno));
	_cleanup_close_ int fd = env_open(a->env, PATH, O_RDWR | O_NONBLOCK);
	return fd < 0 ? not_opened(a, -fd) : trigger(a, fd);
}

const struct probe probe_cgroup_psi_trigger_user = {
	.about = "a process without privileges can be woken when memory gets short (PSI "
		 "triggers)",
	.how = "A trigger with a window of 2 s is written to /proc/pressure/memory "
	       "without capabilities and has to be waited for by poll; the control is "
	       "one of 1 s, which has to be refused.",
	.man = "Documentation/accounting/psi.rst",
	.kconfig = "CONFIG_PSI",
	.needed_by = "GLib memory monitor, systemd MemoryPressureWatch=, OOM daemons in "
		     "containers",
	.blocked_by = "psi=0 (ENOENT, EOPNOTSUPP); a read-only /proc (EROFS)",
	.calls = CALLS(openat, write),
	.ask = ask,
};
