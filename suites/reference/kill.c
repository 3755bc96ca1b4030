#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <string.h>
#include <strings.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "command.h"
#include "uapi/unistd.h"

/* "TERM", "SIGTERM", "15", "RTMIN+2"; -1 for what is no signal. */
static int signal_of(const char *text)
{
	int n;

	if (command_number(text, SIGRTMAX, &n) == 0)
		return n > 0 ? n : -1;
	if (!strncasecmp(text, "SIG", 3))
		text += 3;
	for (n = 1; n < NSIG; n++)
		if (sigabbrev_np(n) && !strcasecmp(sigabbrev_np(n), text))
			return n;
	if (!strcasecmp(text, "RTMIN"))
		return SIGRTMIN;
	if (!strncasecmp(text, "RTMIN+", 6) &&
		command_number(text + 6, SIGRTMAX - SIGRTMIN, &n) == 0)
		return SIGRTMIN + n;
	return -1;
}

static bool shares_pids(const struct container *c)
{
	_cleanup_config_ struct config config = { 0 };
	struct failure ignored;

	return container_config(c, &config, &ignored) == 0 &&
		!config_new_namespace(&config, "pid");
}

/*
 * SIGKILL ends all of a container, also where no pid namespace of its own does that; --all says so
 * of any signal.
 */
static int kill_container(
	const struct globals *g, const char *id, int signal, bool all, struct failure *f)
{
	_cleanup_container_ struct container c = CONTAINER_NONE;

	int r = container_open(g, id, false, &c, f);
	if (r < 0)
		return r;
	_cleanup_close_ int pidfd = container_pidfd(&c);
	if (all || (signal == SIGKILL && shares_pids(&c)))
		return pidfd >= 0 || all ? cgroups_kill(&c.cgroups, signal, f)
					 : fail(f, 0, "container not running: %s", id);
	if (pidfd < 0)
		return fail(f, 0, "container not running: %s", id);
	if (syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) < 0)
		return fail(f, errno, "container %s: pidfd_send_signal", id);
	return 0;
}

static int run(const struct globals *g, int argc, char **argv, struct failure *f)
{
	static const struct option options[] = { { "all", no_argument, NULL, 'a' },
		{ 0 } };
	bool all = false;
	int c;

	while ((c = getopt_long(argc, argv, "a", options, NULL)) != -1) {
		if (c != 'a')
			return command_option(&command_kill, argv, f);
		all = true;
	}
	if (argc - optind < 1 || argc - optind > 2)
		return command_usage(&command_kill, f, "it takes an id and a signal");
	const char *name = argc - optind == 2 ? argv[optind + 1] : "TERM";
	int signal = signal_of(name);
	if (signal < 0)
		return command_usage(&command_kill, f, "there is no signal \"%s\"", name);
	return kill_container(g, argv[optind], signal, all, f) < 0;
}

const struct command command_kill = {
	.name = "kill",
	.about = "send a signal to the first process of a container",
	.usage = "[OPTION] ID [SIGNAL]\n\n"
		 "  -a, --all   to all processes in its cgroups\n\n"
		 "SIGNAL is a name or a number (default: TERM).",
	.run = run,
};
