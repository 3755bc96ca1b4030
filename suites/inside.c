#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boot/closure.h"
#include "bundle.h"
#include "claims.h"
#include "command.h"
#include "fixtures.h"
#include "guard.h"
#include "inside.h"
#include "patch.h"
#include "pool.h"
#include "prepare.h"
#include "reader.h"
#include "runtime.h"
#include "trial.h"

#define PROGRAM     "/plimsoll"
#define DEADLINE_MS 30000
#define SAID_MOST   (16 << 20)

struct inside {
	const struct asking_options *opt;
	struct trial trial;
	char rootfs[128];
	char asker[280];
	struct sink *sink;
	inside_outside outside;
	const void *outside_ctx;
	json_t *features; /* what the runtime claims, or NULL */
	bool made;        /* our part is done: what goes wrong now is the runtime's */
	char *why;
	size_t why_size;
};

static int fail(struct inside *in, int r, const char *what)
{
	snprintf(in->why, in->why_size, "%s: %s", what, strerror(-r));
	return r;
}

/* --- what the container is made of --- */

/* A closure_fn: the program and what it needs, as it would find them on the host. */
static int put_library(void *ctx, const char *path, const char *file)
{
	struct inside *in = ctx;
	char to[PATH_MAX];
	struct stat st;

	snprintf(to, sizeof(to), "%s%s", in->rootfs, path);
	int r = make_parents(to, false);
	if (r < 0)
		return r;
	_cleanup_close_ int from_fd = open(file, O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int to_fd = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	if (from_fd < 0 || to_fd < 0 || fstat(from_fd, &st) < 0)
		return -errno;
	for (off_t left = st.st_size; left > 0;) {
		ssize_t n = sendfile(to_fd, from_fd, NULL, left);
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		left -= n;
	}
	return 0;
}

static int make_rootfs(struct inside *in)
{
	char exe[PATH_MAX];

	snprintf(in->rootfs, sizeof(in->rootfs), "%s/bundle/rootfs", in->trial.workspace);
	int r = bundle_rootfs(in->rootfs);
	if (r < 0)
		return fail(in, r, in->rootfs);
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	if (n < 0)
		return fail(in, -errno, "/proc/self/exe");
	exe[n] = '\0';
	return closure_walk(exe, PROGRAM, "", put_library, in, in->why, in->why_size);
}

/* What is said in the container: the same questions, but of directories that are not there. */
static json_t *command_line(const struct inside *in)
{
	json_t *args = json_pack("[s, s, s, s, s, s]", PROGRAM, "probe", "--report", "-",
		"--from", "root");

	if (in->opt->allow_autoload)
		json_array_append_new(args, json_string("--allow-autoload"));
	for (size_t i = 0; i < in->opt->name_count; i++)
		json_array_append_new(args, json_string(in->opt->names[i]));
	return args;
}

static int make_config(struct inside *in)
{
	struct fixtures fx;
	char path[192], cgroup[80];

	if (fixtures_find(NULL, &fx, in->why, in->why_size) < 0)
		return -EINVAL;
	json_auto_t *config =
		fixtures_json(&fx, "base/config.json", in->why, in->why_size);
	json_auto_t *engine =
		fixtures_json(&fx, "base/engine.json", in->why, in->why_size);
	if (!config || !engine || patch_merge(config, engine) < 0)
		return -EINVAL;
	json_object_set_new(json_object_get(config, "process"), "args", command_line(in));
	snprintf(cgroup, sizeof(cgroup), "/%s", in->trial.id);
	json_object_set_new(
		json_object_get(config, "linux"), "cgroupsPath", json_string(cgroup));
	json_array_append_new(json_object_get(config, "mounts"),
		json_pack("{s:s, s:s, s:s, s:[s, s, s, s]}", "destination",
			"/sys/fs/cgroup", "type", "cgroup", "source", "cgroup", "options",
			"nosuid", "noexec", "nodev", "ro"));
	snprintf(path, sizeof(path), "%s/bundle/config.json", in->trial.workspace);
	return json_dump_file(config, path, JSON_INDENT(1)) < 0 ? fail(in, -EIO, path)
								: 0;
}

static int make_bundle(struct inside *in)
{
	static const char *const dirs[] = { "bundle", "state" };
	char path[192];

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		snprintf(path, sizeof(path), "%s/%s", in->trial.workspace, dirs[i]);
		if (mkdir(path, 0755) < 0)
			return fail(in, -errno, path);
	}
	int r = make_rootfs(in);
	return r < 0 ? r : make_config(in);
}

/* --- its life --- */

static int run_verb(struct inside *in, const char *verb, const char *const *args)
{
	struct trial *t = &in->trial;
	char root[128];
	const char *argv[16] = { t->runtime->path, "--root", root, verb };
	struct command_result result;
	size_t n = 4;

	snprintf(root, sizeof(root), "%s/state", t->workspace);
	while (*args)
		argv[n++] = *args++;
	struct command cmd = { .argv = argv, .to_witness = !strcmp(verb, "create") };
	int r = command_run(t, &cmd, &result);
	if (r < 0)
		return fail(in, r, verb);
	bool ok = !strcmp(command_exit(&result), "ok");
	if (!ok)
		snprintf(in->why, in->why_size, "%s: %s: %s", verb, command_exit(&result),
			last_line(result.err));
	command_release(&result);
	return ok ? 0 : -EPROTO;
}

static int wait_end(struct inside *in, const char *pid_file)
{
	struct env env = { 0 };
	int pid = env_number(&env, pid_file);
	_cleanup_close_ int pidfd = pid > 0 ? pidfd_of(pid) : -1;
	struct pollfd p = { pidfd, POLLIN, 0 };

	if (pidfd < 0)
		return 0; /* it has ended already, or it was never there: its words tell */
	if (poll(&p, 1, DEADLINE_MS) == 1)
		return 0;
	snprintf(
		in->why, in->why_size, "no end within %d ms: it was killed", DEADLINE_MS);
	return -ETIME;
}

static int live(struct inside *in)
{
	struct trial *t = &in->trial;
	char bundle[128], pid_file[128];
	const char *const create[] = { "--bundle", bundle, "--pid-file", pid_file, t->id,
		NULL };
	const char *const start[] = { t->id, NULL };
	const char *const delete[] = { "--force", t->id, NULL };

	snprintf(bundle, sizeof(bundle), "%s/bundle", t->workspace);
	snprintf(pid_file, sizeof(pid_file), "%s/pid", t->workspace);
	int r = run_verb(in, "create", create);
	if (r < 0)
		return r;
	r = run_verb(in, "start", start);
	if (r == 0)
		r = wait_end(in, pid_file);
	char *why = in->why;
	if (r < 0)
		in->why = (char[256]) { 0 }; /* the first trouble is the one to be told */
	run_verb(in, "delete", delete);
	in->why = why;
	return r;
}

/* In the first process of the dock. */
static int in_dock(struct inside *in, int out)
{
	int r = dock_enter(out);

	if (r < 0)
		return fail(in, r, "no dock: mount and pid namespaces with a /proc");
	if ((r = trial_workspace(&in->trial)) < 0)
		return fail(in, r, "mounting a workspace in the dock");
	r = make_bundle(in);
	if (r < 0)
		return r;
	in->made = true;
	return live(in);
}

/* --- what it said --- */

/* The runtime says yes, the kernel says no. */
static void add_claim(const struct inside *in, const char *probe, json_t *json)
{
	const struct verdict *outside =
		in->outside ? in->outside(in->outside_ctx, probe) : NULL;
	const char *claim = outside && outside->outcome == OUTCOME_ABSENT
		? claims_of_probe(in->features, probe)
		: NULL;
	char text[300];

	if (!claim)
		return;
	snprintf(text, sizeof(text),
		"`%.100s features` claims it (%s), and this kernel has it not",
		in->trial.runtime->name, claim);
	record_append(json, "contradictions", text);
}

/* A record_fn: the answers only, as of this viewpoint. */
static int take_record(void *ctx, const struct record *rec)
{
	struct inside *in = ctx;

	if (rec->type != RECORD_PROBE || *rec->subject)
		return 0;
	json_t *json = json_deep_copy(rec->json);
	record_set(json, "asker", in->asker);
	add_claim(in, rec->name, json);
	sink_record(in->sink, json);
	return 0;
}

/* The container did not come to an answer: one record says so, and whose fault that is. */
static void record_trouble(struct inside *in, const char *what)
{
	json_t *json = record_new(RECORD_PROBE);
	struct verdict v = { .outcome = OUTCOME_ERROR,
		.fault = in->made ? FAULT_RUNTIME : FAULT_HARNESS };

	record_set(json, "name", "container");
	record_set(json, "asker", in->asker);
	record_set(json, "about", "the runtime makes a container to ask in");
	VERDICT_TEXT(v.detail, "%s", what);
	record_set_verdict(json, &v);
	sink_record(in->sink, json);
}

static int read_answers(struct inside *in, int said)
{
	char why[512];
	struct stat st;

	_cleanup_fclose_ FILE *f = fdopen(said, "r");
	if (!f || fstat(said, &st) < 0 || lseek(said, 0, SEEK_SET) < 0)
		return -errno;
	if (st.st_size > SAID_MOST)
		record_trouble(in, "it said more than any plimsoll says");
	else if (st.st_size == 0)
		record_trouble(in, "plimsoll ended in the container without a word");
	else if (records_read(f, in->asker, take_record, in, why, sizeof(why)) < 0)
		record_trouble(in, why);
	return 0;
}

/*
 * Makes the dock in a child; what went wrong there comes back through a pipe, behind a letter:
 * r if it is the runtime's fault.
 */
static int run_dock(struct inside *in, int said, char *trouble, size_t size)
{
	int fds[2], parent = getpid();

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	pid_t pid = fork();
	if (pid == 0) {
		die_with_parent(parent);
		close(fds[0]);
		in->trial.channel = (struct channel) { .in = -1, .out = said };
		if (in_dock(in, fds[1]) < 0)
			dprintf(fds[1], "%c%s", in->made ? 'r' : 'h', in->why);
		_exit(0);
	}
	close(fds[1]);
	_cleanup_close_ int in_fd = fds[0];
	ssize_t n = read_string(in_fd, trouble, size);
	guard_remove(in->trial.id);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	guard_remove(in->trial.id);
	return pid < 0 ? -EAGAIN : n < 0 ? n : 0;
}

int inside_ask(const char *given, const struct asking_options *opt, struct sink *sink,
	inside_outside outside, const void *ctx, char *why, size_t why_size)
{
	struct runtime rt;
	char id[64], trouble[1024] = "";
	struct inside in = { .opt = opt,
		.sink = sink,
		.outside = outside,
		.outside_ctx = ctx,
		.why = why,
		.why_size = why_size };

	int r = runtime_find(given, &rt, why, why_size);
	if (r < 0)
		return r == -ENOENT ? -EINVAL : r;
	snprintf(in.asker, sizeof(in.asker), "container:%.250s", rt.name);
	snprintf(id, sizeof(id), "%s.inside", guard_name());
	in.trial =
		(struct trial) { .runtime = &rt, .id = id, .deadline_ms = DEADLINE_MS };
	in.features = claims_read(&rt);
	int said = memfd_create("plimsoll-said", MFD_CLOEXEC);
	r = said < 0 ? -errno : guard_start();
	if (r == 0)
		r = run_dock(&in, said, trouble, sizeof(trouble));
	if (r < 0)
		snprintf(why, why_size, "cannot make a container: %s", strerror(-r));
	in.made = *trouble != 'h';
	if (r == 0 && *trouble)
		record_trouble(&in, trouble + 1);
	else if (r == 0)
		r = read_answers(&in, TAKE_FD(said));
	if (said >= 0)
		close(said);
	json_decref(in.features);
	runtime_release(&rt);
	return r;
}
