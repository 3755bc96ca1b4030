#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "first.h"
#include "hooks.h"
#include "make.h"
#include "mount.h"
#include "process.h"
#include "seccomp_filter.h"
#include "spawn.h"
#include "sync.h"
#include "terminal.h"
#include "userns_map.h"

/* One container on its way. */
struct making {
	const struct globals *globals;
	const struct make_options *opt;
	struct container *c;
	struct config *config;
	struct first first;
	int socket;  /* to the first process */
	bool placed; /* which is in all of its cgroups */
	bool hooked; /* hooks have been run: a failure is followed by poststop */
	int master;
};

int write_pid_file(const char *path, pid_t pid, struct failure *f)
{
	char temporary[PATH_MAX + 8];

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	_cleanup_fclose_ FILE *file = fopen(temporary, "we");
	if (!file || fprintf(file, "%d", (int)pid) < 0 || fflush(file) != 0 ||
		rename(temporary, path) < 0) {
		int err = errno;
		if (file)
			unlink(temporary);
		return fail(f, err, "--pid-file: cannot write %s", path);
	}
	return 0;
}

/* Later edits of the bundle have no effect: what was read is what is kept. */
static int keep_config(struct making *m, struct failure *f)
{
	_cleanup_close_ int fd = openat(
		m->c->dir, "config.json", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 || config_write(m->config, fd) < 0)
		return fail(f, errno, "container %s: cannot keep config.json", m->c->id);
	return 0;
}

static int listen_start(struct making *m, struct failure *f)
{
	struct sockaddr_un addr;
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	container_address(m->c, &addr);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
		listen(fd, 8) < 0)
		return fail(f, errno, "container %s: start.sock", m->c->id);
	m->first.start = TAKE_FD(fd);
	return 0;
}

static int fill_container(struct making *m, struct failure *f)
{
	const char *root = config_string(m->config->root, "path");
	struct container *c = m->c;
	char path[PATH_MAX];

	if (!realpath(m->opt->bundle ?: ".", c->bundle))
		return fail(f, errno, "--bundle %s", m->opt->bundle ?: ".");
	snprintf(path, sizeof(path), "%s%s%s", *root == '/' ? "" : c->bundle,
		*root == '/' ? "" : "/", root);
	if (!realpath(path, c->rootfs))
		return fail(f, errno, "root.path: %s", path);
	snprintf(c->oci_version, sizeof(c->oci_version), "%s",
		config_string(m->config->json, "ociVersion"));
	c->annotations = json_incref(json_object_get(m->config->json, "annotations"));
	return 0;
}

static int make_cgroups(struct making *m, struct failure *f)
{
	const struct config *c = m->config;
	struct cgroups *cg = &m->c->cgroups;

	int r = cgroups_plan(config_string(c->os, "cgroupsPath"), m->c->id,
		m->globals->cgroup_manager == CGROUP_DISABLED, cg, f);
	if (r == 0) /* from now on `delete` finds what is left if we are killed */
		r = container_save(m->c, f);
	if (r == 0)
		r = cgroups_create(cg, config_get(c->os, "resources"), f);
	long long uid = userns_map_outside(config_get(c->os, "uidMappings"), 0);
	long long gid = userns_map_outside(config_get(c->os, "gidMappings"), 0);
	if (r == 0 && uid > 0 && gid >= 0 && config_new_namespace(c, "cgroup"))
		r = cgroups_delegate(cg, uid, gid, f);
	return r;
}

static int prepare_first(struct making *m, struct failure *f)
{
	struct first *p = &m->first;
	struct init *in = &p->in;

	in->config = m->config;
	in->bundle = m->c->bundle;
	in->cgroups = &m->c->cgroups;
	in->no_pivot = m->opt->no_pivot;
	in->userns = config_namespace(m->config, "user");
	in->served = in->userns && geteuid() == 0;
	in->bundle_fd = open(m->c->bundle, O_PATH | O_DIRECTORY | O_CLOEXEC);
	in->proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (in->bundle_fd < 0 || in->proc < 0)
		return fail(f, errno, "open(%s)", in->proc < 0 ? "/proc" : m->c->bundle);
	p->preserve_fds = m->opt->preserve_fds;
	p->new_keyring = !m->opt->no_new_keyring;
	p->foreground = m->opt->foreground;
	p->state = container_state(m->c, CONTAINER_CREATING);
	if (m->opt->console_socket)
		p->console = terminal_connect(m->opt->console_socket, f);
	if (m->opt->console_socket && p->console < 0)
		return p->console;
	const json_t *seccomp = config_get(m->config->os, "seccomp");
	if (seccomp)
		p->seccomp = seccomp_filter_make(seccomp, m->c->root, f);
	if (seccomp && p->seccomp < 0)
		return p->seccomp;
	p->lock = container_hold(m->c, f);
	return p->lock < 0 ? p->lock : listen_start(m, f);
}

static int map(void *ctx, pid_t pid, struct failure *f)
{
	struct making *m = ctx;

	return userns_map(pid, m->config, f);
}

/* The first process has no use for the state directory, and must not hold its lock. */
static void __attribute__((noreturn)) main_of(void *ctx, int socket)
{
	struct making *m = ctx;

	close(m->c->root);
	close(m->c->dir);
	close(m->c->lock);
	first_main(&m->first, socket);
}

/* The mount of mounts[index], id-mapped as the container's user namespace is by default. */
static int serve_source(struct making *m, int index, struct failure *f)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)m->c->pid);
	_cleanup_close_ int userns = open(path, O_RDONLY | O_CLOEXEC);
	return userns < 0
		? fail(f, errno, "open(%s)", path)
		: mount_source(m->config, index, m->first.in.bundle_fd, userns, f);
}

static int serve_hooks(struct making *m, struct failure *f)
{
	json_auto_t *state = container_state(m->c, CONTAINER_CREATING);

	m->hooked = true;
	int r = hooks_run(m->config, "prestart", state, HOOKS_STOP, f);
	return r < 0 ? r : hooks_run(m->config, "createRuntime", state, HOOKS_STOP, f);
}

static int serve_ready(struct making *m, int master, struct failure *f)
{
	m->master = master;
	return m->config->process
		? process_outside(m->c->pid, m->config->process, false, f)
		: 0;
}

/* Answers one request; *ret_done when the container is made. */
static int serve_one(struct making *m, bool *ret_done, struct failure *f)
{
	struct sync_message msg;
	_cleanup_close_ int got = -1, fd = -1;

	int r = sync_receive(m->socket, &msg, &got);
	if (r < 0)
		return fail(f, r == -EPIPE ? 0 : -r,
			"the container's first process has ended before it was ready");
	if (msg.what == SYNC_FAILED) {
		*f = msg.failure;
		return -f->err;
	}
	if (msg.what == SYNC_SOURCE)
		r = fd = serve_source(m, msg.index, f);
	else if (msg.what == SYNC_HOOKS)
		r = serve_hooks(m, f);
	else if (msg.what == SYNC_READY)
		r = serve_ready(m, TAKE_FD(got), f);
	struct sync_message answer = { .what = SYNC_DONE };
	if (r < 0 &&
		msg.what ==
			SYNC_SOURCE) { /* it may know another way, or say which mount */
		answer.what = SYNC_FAILED;
		answer.failure = *f;
		return sync_send(m->socket, &answer, -1);
	}
	if (r < 0)
		return r;
	*ret_done = msg.what == SYNC_READY;
	return *ret_done ? 0 : sync_send(m->socket, &answer, fd);
}

static int serve(struct making *m, struct failure *f)
{
	struct sync_message go = { .what = SYNC_DONE };
	bool done = false;

	int r = m->placed ? 0 : cgroups_join(&m->c->cgroups, m->c->pid, NULL, f);
	if (r == 0)
		r = sync_send(m->socket, &go, -1);
	while (r == 0 && !done)
		r = serve_one(m, &done, f);
	return r;
}

static int make_process(struct making *m, struct failure *f)
{
	_cleanup_spawn_ struct spawn s = { .cgroup = -1 };
	pid_t pid = 0;

	int r = spawn_plan(m->config, &s, f);
	if (r < 0)
		return r;
	s.map = map;
	s.main = main_of;
	s.ctx = m;
	_cleanup_close_ int cgroup = cgroups_open(&m->c->cgroups);
	s.cgroup = cgroup;
	r = spawn(&s, &pid, &m->socket, f);
	m->placed = s.in_cgroup && m->c->cgroups.unified;
	if (r == 0)
		r = container_adopt(m->c, pid, f);
	if (r == 0 && m->first.in.userns && !config_new_namespace(m->config, "user"))
		r = userns_map_check(pid, m->config, f);
	return r < 0 ? r : serve(m, f);
}

/* The last step: the first process is told only when all else is done. */
static int finish(struct making *m, struct failure *f)
{
	struct sync_message done = { .what = SYNC_DONE };

	int r = container_save(m->c, f);
	if (r == 0 && m->opt->pid_file)
		r = write_pid_file(m->opt->pid_file, m->c->pid, f);
	if (r == 0)
		r = sync_send(m->socket, &done, -1);
	return r;
}

static void release_making(struct making *m)
{
	struct first *p = &m->first;
	const int fds[] = { p->in.bundle_fd, p->in.proc, p->start, p->lock, p->seccomp,
		p->console, m->socket };

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		cleanup_close(&fds[i]);
	json_decref((json_t *)p->state);
}

static int check_terminal(
	const struct make_options *o, const struct config *c, struct failure *f)
{
	bool terminal = config_true(c->process, "terminal");

	if (terminal && !o->console_socket && !o->foreground)
		return fail(f, 0, "process.terminal is true: --console-socket is needed");
	if (!terminal && o->console_socket)
		return fail(f, 0, "--console-socket: process.terminal is not true");
	return 0;
}

/* To the program they are its own; its pid is known before it is there only if that is 1. */
static void tell_listen_fds(json_t *process, int count)
{
	json_t *env = json_object_get(process, "env");

	if (!process)
		return;
	if (!env)
		json_object_set_new(process, "env", env = json_array());
	json_array_append_new(env, json_sprintf("LISTEN_FDS=%d", count));
	json_array_append_new(env, json_string("LISTEN_PID=1"));
}

static int load(const struct make_options *o, struct made *made, struct failure *f)
{
	const char *bundle = o->bundle ?: ".";
	_cleanup_close_ int fd = open(bundle, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fail(f, errno, "--bundle %s", bundle);
	int r = config_load(fd, "config.json", &made->config, f);
	if (r == 0 && o->listen_fds && config_new_namespace(&made->config, "pid"))
		tell_listen_fds(made->config.process, o->listen_fds);
	return r < 0 ? r : check_terminal(o, &made->config, f);
}

int make(const struct globals *g, const struct make_options *o, const char *id,
	struct made *ret, struct failure *f)
{
	struct made made = { .container = CONTAINER_NONE, .master = -1 };
	struct making m = { .globals = g,
		.opt = o,
		.c = &made.container,
		.config = &made.config,
		.socket = -1,
		.master = -1,
		.first = { .start = -1,
			.lock = -1,
			.seccomp = -1,
			.console = -1,
			.in = { .bundle_fd = -1,
				.proc = -1,
				.rootfs = -1,
				.parent = -1 } } };

	int r = load(o, &made, f);
	if (r == 0)
		r = container_reserve(g, id, &made.container, f);
	if (r < 0) {
		config_release(&made.config);
		return r;
	}
	r = fill_container(&m, f);
	if (r == 0)
		r = keep_config(&m, f);
	if (r == 0)
		r = make_cgroups(&m, f);
	if (r == 0)
		r = prepare_first(&m, f);
	if (r == 0)
		r = make_process(&m, f);
	if (r == 0)
		r = finish(&m, f);
	release_making(&m);
	made.master = m.master;
	if (r < 0) {
		struct failure later;
		container_destroy(
			&made.container, m.hooked ? &made.config : NULL, &later);
		made_release(&made);
		return r;
	}
	process_warn(made.config.process, f);
	*ret = made;
	return 0;
}

void made_release(struct made *m)
{
	container_release(&m->container);
	config_release(&m->config);
	cleanup_close(&m->master);
}
