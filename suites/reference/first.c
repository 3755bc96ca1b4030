#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "first.h"
#include "hooks.h"
#include "mount.h"
#include "process.h"
#include "safe_path.h"
#include "seccomp_filter.h"
#include "sync.h"
#include "terminal.h"
#include "uapi/mount.h"

/*
 * A procfs that the container cannot put anything over: a fresh one. Where that is not allowed (a
 * user namespace that sees no whole procfs), the host's, which was opened before.
 */
static void take_proc(struct init *in)
{
	struct failure ignored;

	int fd = mount_new("proc", "proc", NULL, 0, &ignored);
	if (fd < 0)
		return;
	close(in->proc);
	in->proc = fd;
}

static json_t *state_here(const struct first *p, const char *status)
{
	json_t *state = json_copy((json_t *)p->state);

	json_object_set_new(state, "status", json_string(status));
	json_object_set_new(state, "pid", json_integer(getpid()));
	return state;
}

static int run_hooks(
	const struct first *p, const char *kind, const char *status, struct failure *f)
{
	json_auto_t *state = state_here(p, status);

	return hooks_run(p->in.config, kind, state, HOOKS_STOP, f);
}

/* What was opened in the host's mount namespace cannot be cloned in this one. One who may not
 * search the way there gets the sources from the parent. */
static void reopen_bundle(struct init *in)
{
	int fd = open(in->bundle, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	close(in->bundle_fd);
	in->bundle_fd = fd;
}

/* Around pivot_root the hooks of the runtime's namespace and of the container's are run. */
static int make_root(struct first *p, int socket, struct failure *f)
{
	struct init *in = &p->in;

	reopen_bundle(in);
	int r = init_rootfs(in, f);
	if (r == 0)
		r = init_hide_prepare(in, f);
	if (r == 0)
		r = init_mounts(in, f);
	if (r == 0)
		r = init_devices(in, f);
	if (r == 0)
		r = init_sysctl(in, f);
	if (r == 0)
		r = sync_ask(socket, SYNC_HOOKS, 0, -1, NULL, f);
	if (r == 0)
		r = run_hooks(p, "createContainer", "creating", f);
	if (r == 0)
		r = init_pivot(in, f);
	if (r == 0)
		r = init_hide(in, f);
	cleanup_close(&in->null);
	return r;
}

static int make_chroot(struct first *p, int socket, struct failure *f)
{
	int r = init_sysctl(&p->in, f);

	if (r == 0)
		r = sync_ask(socket, SYNC_HOOKS, 0, -1, NULL, f);
	if (r == 0)
		r = run_hooks(p, "createContainer", "creating", f);
	return r < 0 ? r : init_chroot(&p->in, f);
}

/* *ret_master: for a terminal in the foreground, else -1. */
static int make_terminal(struct first *p, int *ret_master, struct failure *f)
{
	const json_t *process = p->in.config->process;
	struct terminal t;

	*ret_master = -1;
	if (!config_true(process, "terminal"))
		return 0;
	int r = terminal_open(p->in.rootfs, process, &t, f);
	if (r == 0 && config_new_namespace(p->in.config, "mount"))
		r = terminal_console(p->in.rootfs, p->in.proc, &t, f);
	if (r == 0 && p->console >= 0)
		r = terminal_send(p->console, &t, f);
	if (r == 0)
		r = terminal_take(t.slave, f);
	if (r < 0)
		return r;
	if (p->foreground)
		*ret_master = t.master;
	else
		close(t.master);
	close(p->console);
	p->console = -1;
	return 0;
}

static int make_container(struct first *p, int socket, int *ret_master, struct failure *f)
{
	struct init *in = &p->in;

	in->parent = socket;
	/* If the runtime is killed half-way, nobody else would end this process. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (setsid() < 0 && errno != EPERM)
		return fail(f, errno, "setsid");
	if (config_new_namespace(in->config, "cgroup") && unshare(CLONE_NEWCGROUP) < 0)
		return fail(f, errno, "linux.namespaces: unshare(CLONE_NEWCGROUP)");
	take_proc(in);
	int r = init_names(in, f);
	if (r == 0)
		r = config_new_namespace(in->config, "mount") ? make_root(p, socket, f)
							      : make_chroot(p, socket, f);
	return r < 0 ? r : make_terminal(p, ret_master, f);
}

/* The next `start`; one that comes and says nothing is nobody. A socket, or -errno. */
static int wait_start(int listening)
{
	struct sync_message m;

	for (;;) {
		_cleanup_close_ int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0 && errno != EINTR && errno != ECONNABORTED)
			return -errno;
		if (fd >= 0 && sync_receive(fd, &m, NULL) == 0 && m.what == SYNC_START)
			return TAKE_FD(fd);
	}
}

static int become(struct first *p, int socket, const char *path, struct failure *f)
{
	const struct config *c = p->in.config;
	struct process_inside inside = { .process = c->process,
		.seccomp = config_get(c->os, "seccomp"),
		.program = p->seccomp,
		.personality = config_get(c->os, "personality"),
		.proc = p->in.proc,
		.keep_fds = p->preserve_fds,
		.keyring = p->new_keyring ? config_string(p->state, "id") : NULL,
		.listener = sync_hand_over,
		.ctx = &socket };
	char *const *env;

	int r = process_inside(&inside, &env, f);
	if (r == 0)
		r = run_hooks(p, "startContainer", "created", f);
	return r < 0 ? r : process_exec(c->process, path, env, f);
}

static int finish(struct first *p, int socket, struct failure *f)
{
	char path[PATH_MAX] = "";
	int master = -1;

	int r = make_container(p, socket, &master, f);
	if (r == 0 && p->in.config->process)
		r = process_find(p->in.config->process, path, f);
	cleanup_close(
		&p->in.bundle_fd); /* nothing of the host is left when create returns */
	/* The runtime's last answer may be the last that it does. */
	prctl(PR_SET_PDEATHSIG, 0);
	if (r == 0)
		r = sync_ask(socket, SYNC_READY, 0, master, NULL, f);
	if (r < 0)
		sync_report(socket, f);
	cleanup_close(&master);
	close(socket);
	int start = wait_start(p->start);
	if (start < 0)
		_exit(1);
	close(p->start);
	r = p->in.config->process
		? become(p, start, path, f)
		: fail(f, 0, "process is not set: there is nothing to start");
	sync_report(start, f);
	return r;
}

void first_main(void *ctx, int socket)
{
	struct failure f = { 0 };

	finish(ctx, socket, &f);
	_exit(1);
}
