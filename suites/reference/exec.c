/*
 * `exec`: one more process in a container that is there. What it is run as comes from the
 * container's process, changed by the options, or from a process object of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exec_process.h"
#include "first.h"
#include "foreground.h"
#include "make.h"
#include "make_options.h"
#include "mount.h"
#include "process.h"
#include "seal.h"
#include "seccomp_filter.h"
#include "spawn.h"
#include "sync.h"
#include "terminal.h"

struct executing {
	const struct container *c;
	const struct config *config;
	json_t *process; /* owned */
	const char *cgroup, *console_path;
	const char *pid_file;
	int preserve_fds;
	bool detach, ignore_paused;
	int console; /* connected, or -1 */
	int proc, seccomp;
	int socket, master;
	bool placed; /* in all cgroups of the container */
	pid_t pid;
};

/* In the new process, within the container. */

static int take_terminal(struct executing *e, int *ret_master, struct failure *f)
{
	struct terminal t;

	if (!config_true(e->process, "terminal"))
		return 0;
	_cleanup_close_ int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return fail(f, errno, "open(/)");
	int r = terminal_open(root, e->process, &t, f);
	if (r == 0 && e->console >= 0)
		r = terminal_send(e->console, &t, f);
	if (r == 0)
		r = terminal_take(t.slave, f);
	if (r < 0)
		return r;
	*ret_master = t.master;
	return 0;
}

static int become(struct executing *e, struct failure *f)
{
	char path[PATH_MAX];
	char *const *env;
	int master = -1;
	struct process_inside inside = { .process = e->process,
		.seccomp = config_get(e->config->os, "seccomp"),
		.program = e->seccomp,
		.personality = config_get(e->config->os, "personality"),
		.proc = e->proc,
		.keep_fds = e->preserve_fds,
		.listener = sync_hand_over,
		.ctx = &e->socket };

	if (setsid() < 0 && errno != EPERM)
		return fail(f, errno, "setsid");
	int r = take_terminal(e, &master, f);
	if (r == 0)
		r = process_find(e->process, path, f);
	bool here = master >= 0 && e->console < 0;
	if (r == 0)
		r = sync_ask(e->socket, SYNC_READY, 0, here ? master : -1, NULL, f);
	if (r == 0)
		r = process_inside(&inside, &env, f);
	return r < 0 ? r : process_exec(e->process, path, env, f);
}

static void __attribute__((noreturn)) main_of(void *ctx, int socket)
{
	struct executing *e = ctx;
	struct failure f = { 0 };

	close(e->c->root);
	close(e->c->dir);
	e->socket = socket;
	become(e, &f);
	sync_report(socket, &f);
}

/* In the runtime. */

static int hand_listener(struct executing *e, int listener, struct failure *f)
{
	json_auto_t *state = container_state(e->c, CONTAINER_RUNNING);

	return seccomp_filter_notify(
		config_get(e->config->os, "seccomp"), state, listener, e->pid, f);
}

/* Answers until its end of the socket is closed by execve(2). */
static int serve(struct executing *e, struct failure *f)
{
	struct sync_message m = { .what = SYNC_DONE };

	int r = process_before_cgroups(e->pid, e->process, f);
	if (r == 0 && !e->placed)
		r = cgroups_join(&e->c->cgroups, e->pid, e->cgroup, f);
	while (r == 0) {
		_cleanup_close_ int got = -1;
		sync_send(e->socket, &m, -1);
		r = sync_receive(e->socket, &m, &got);
		if (r == -EPIPE || r == -ECONNRESET)
			return 0;
		if (r < 0)
			return fail(f, -r, "exec");
		if (m.what == SYNC_FAILED) {
			*f = m.failure;
			return -f->err;
		}
		if (m.what == SYNC_LISTENER)
			r = hand_listener(e, got, f);
		if (m.what == SYNC_READY) {
			e->master = TAKE_FD(got);
			r = process_outside(e->pid, e->process, true, f);
		}
		m = (struct sync_message) { .what = SYNC_DONE };
	}
	return r;
}

static int start(struct executing *e, struct failure *f)
{
	_cleanup_spawn_ struct spawn s = { .cgroup = -1 };

	int r = spawn_plan_exec(e->c->pid, &s, f);
	if (r < 0)
		return r;
	/* The namespaces of another process, had the container ended and its pid been reused. */
	_cleanup_close_ int still = container_pidfd(e->c);
	if (still < 0)
		return fail(f, 0, "container not running: %s", e->c->id);
	/* execCPUAffinity.initial is for the time before it is in the cgroups. */
	bool late = e->cgroup || config_get(e->process, "execCPUAffinity.initial");
	_cleanup_close_ int cgroup = late ? -1 : cgroups_open(&e->c->cgroups);
	s.cgroup = cgroup;
	s.main = main_of;
	s.ctx = e;
	r = spawn(&s, &e->pid, &e->socket, f);
	e->placed = s.in_cgroup && e->c->cgroups.unified;
	return r < 0 ? r : serve(e, f);
}

static int prepare(struct executing *e, struct failure *f)
{
	bool terminal = config_true(e->process, "terminal");

	if (e->console_path && !terminal)
		return fail(f, 0, "--console-socket: there is no terminal (--tty)");
	if (terminal && e->detach && !e->console_path)
		return fail(f, 0, "a terminal with --detach needs --console-socket");
	e->proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (e->proc < 0)
		return fail(f, errno, "open(/proc)");
	const json_t *seccomp = config_get(e->config->os, "seccomp");
	if (seccomp)
		e->seccomp = seccomp_filter_make(seccomp, e->c->root, f);
	if (seccomp && e->seccomp < 0)
		return e->seccomp;
	if (!e->console_path)
		return 0;
	e->console = terminal_connect(e->console_path, f);
	return e->console < 0 ? e->console : 0;
}

static int check_status(const struct executing *e, struct failure *f)
{
	enum container_status s = container_status(e->c);

	if (s == CONTAINER_RUNNING || s == CONTAINER_CREATED ||
		(s == CONTAINER_PAUSED && e->ignore_paused))
		return 0;
	if (s == CONTAINER_STOPPED)
		return fail(f, 0, "container not running: %s is stopped", e->c->id);
	return fail(f, 0, "container %s is %s%s", e->c->id, container_status_name(s),
		s == CONTAINER_PAUSED ? ": resume it, or give --ignore-paused" : "");
}

/* The exit status, or -errno. */
static int execute(struct executing *e, struct failure *f)
{
	if (!e->detach)
		foreground_begin();
	int r = check_status(e, f);
	if (r == 0)
		r = prepare(e, f);
	if (r == 0)
		r = start(e, f);
	if (r == 0 && e->pid_file)
		r = write_pid_file(e->pid_file, e->pid, f);
	if (r == 0)
		process_warn(e->process, f);
	if (r < 0 || e->detach)
		return r;
	return foreground_wait(e->pid, e->master, f);
}

static int exec_in(const struct globals *g, const char *id, struct executing *e,
	const struct exec_options *o, struct failure *f)
{
	_cleanup_container_ struct container c = CONTAINER_NONE;
	_cleanup_config_ struct config config = { 0 };

	int r = container_open(g, id, false, &c, f);
	if (r == 0)
		r = container_config(&c, &config, f);
	if (r < 0)
		return r;
	e->c = &c;
	e->config = &config;
	json_auto_t *process = exec_process(&config, o, f);
	e->process = process;
	r = process ? execute(e, f) : -f->err;
	cleanup_close(&e->console);
	cleanup_close(&e->proc);
	cleanup_close(&e->seccomp);
	cleanup_close(&e->socket);
	cleanup_close(&e->master);
	return r;
}

/* clang-format off */
static const struct option options[] = {
	EXEC_OPTIONS,
	{ "pid-file", required_argument, NULL, 'P' },
	{ "console-socket", required_argument, NULL, 'S' },
	{ "detach", no_argument, NULL, 'd' },
	{ "preserve-fds", required_argument, NULL, 'F' },
	{ "ignore-paused", no_argument, NULL, 'I' },
	{ "cgroup", required_argument, NULL, 'C' },
	{ 0 } };
/* clang-format on */

static bool take(struct executing *e, struct make_options *fds, int c)
{
	switch (c) {
	case 'P':
		e->pid_file = optarg;
		return true;
	case 'S':
		e->console_path = optarg;
		return true;
	case 'd':
		return e->detach = true;
	case 'F':
		return command_number(optarg, 1024, &fds->preserve_fds) == 0;
	case 'I':
		return e->ignore_paused = true;
	case 'C':
		e->cgroup = optarg;
		return true;
	default:
		return false;
	}
}

static int run(const struct globals *g, int argc, char **argv, struct failure *f)
{
	struct executing e = {
		.console = -1, .proc = -1, .seccomp = -1, .socket = -1, .master = -1
	};
	_cleanup_exec_options_ struct exec_options o = { 0 };
	struct make_options fds = { 0 };
	int c;

	/* What follows the id is the program's: its options are not ours. */
	while ((c = getopt_long(argc, argv, "+p:te:u:g:c:d", options, NULL)) != -1)
		if (!take(&e, &fds, c) && exec_option(&o, c, f) < 0)
			return f->err ? 1 : command_option(&command_exec, argv, f);
	if (optind == argc)
		return command_usage(
			&command_exec, f, "the id of a container is missing");
	o.args = argv + optind + 1;
	if (seal_self(g->argv, f) < 0)
		return 1;
	if (make_descriptors(&fds, f) < 0)
		return 1;
	e.preserve_fds = fds.preserve_fds;
	int status = exec_in(g, argv[optind], &e, &o, f);
	return status < 0 ? 1 : status;
}

const struct command command_exec = {
	.name = "exec",
	.about = "run one more process in a container",
	.usage =
		"[OPTION]... ID [PROGRAM [ARG]...]\n\n" EXEC_USAGE
		"      --pid-file FILE     writes the process id there\n"
		"      --console-socket S  sends the terminal's master to this AF_UNIX socket\n"
		"  -d, --detach            returns when the program runs\n"
		"      --preserve-fds N    hands on descriptors 3 to N+2\n"
		"      --cgroup PATH       in this cgroup below the container's\n"
		"      --ignore-paused     also in a paused container (it waits there)\n",
	.run = run,
};
