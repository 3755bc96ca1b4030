#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bundle.h"
#include "command.h"
#include "env.h"
#include "init.h"
#include "observe.h"
#include "pool.h"
#include "printable.h"
#include "residue.h"
#include "steps.h"

#define LIST_MAX 16
#define FDS_MAX  16
#define WATCH_MS 200

static const char *const verbs[] = { "create", "start", "state", "kill", "delete",
	"features", "watch", "collect" };

struct step step_read(const json_t *json)
{
	struct step s = { .verb = json_string_value(json) };

	if (!s.verb) {
		s.verb = json_string_value(json_object_get(json, "do"));
		s.as = json_string_value(json_object_get(json, "as"));
		s.id = json_string_value(json_object_get(json, "id"));
		s.signal = json_string_value(json_object_get(json, "signal"));
		s.pid_file = json_string_value(json_object_get(json, "pid-file"));
		s.cwd = json_string_value(json_object_get(json, "cwd"));
		s.open = json_string_value(json_object_get(json, "open"));
		s.fds = json_integer_value(json_object_get(json, "fds"));
		s.preserve_fds =
			json_integer_value(json_object_get(json, "preserve-fds"));
	}
	if (!s.as)
		s.as = s.verb;
	return s;
}

int step_check(const json_t *json, char *why, size_t why_size)
{
	struct step s = step_read(json);

	if (s.fds < 0 || s.fds > FDS_MAX || s.preserve_fds < 0 ||
		s.preserve_fds > FDS_MAX) {
		snprintf(why, why_size, "\"fds\" and \"preserve-fds\" are 0 to %d",
			FDS_MAX);
		return -EINVAL;
	}
	if (s.open && !s.fds) {
		snprintf(why, why_size, "\"open\" says nothing without \"fds\"");
		return -EINVAL;
	}
	for (size_t i = 0; s.verb && i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(verbs[i], s.verb))
			return 0;
	snprintf(why, why_size,
		"\"%s\" is no step (create start state kill delete features watch collect)",
		s.verb ? s.verb : "");
	return -EINVAL;
}

bool steps_hold(const json_t *steps)
{
	size_t i;
	json_t *json;

	json_array_foreach((json_t *)steps, i, json)
		if (!strcmp(step_read(json).verb, "kill"))
			return true;
	return false;
}

bool steps_have(const json_t *steps, const char *as, size_t len)
{
	static const char *const defaults[] = { "create", "start", "collect", "delete" };
	size_t i;
	json_t *json;

	for (i = 0; !steps && i < ARRAY_SIZE(defaults); i++)
		if (!strncmp(defaults[i], as, len) && !defaults[i][len])
			return true;
	json_array_foreach((json_t *)steps, i, json) {
		struct step s = step_read(json);
		if (!strncmp(s.as, as, len) && !s.as[len])
			return true;
	}
	return false;
}

static void put(struct trial *t, const char *as, const char *what, json_t *value)
{
	char key[256];

	snprintf(key, sizeof(key), "%s:%s", as, what);
	json_object_set_new(t->evidence, key, value);
}

static json_t *text_json(const char *text)
{
	_cleanup_free_ char *clean = printable(text, strlen(text));

	return json_string(clean ? clean : "");
}

/* Nobody looks at this step's exit, so it has to be "ok". The first that is not counts. */
static void require_success(
	struct trial *t, const struct step *s, const char *exit, const char *err)
{
	char key[256];

	snprintf(key, sizeof(key), "%s:exit", s->as);
	if (t->failed_step || !strcmp(exit, "ok") || json_object_get(t->k->observe, key))
		return;
	t->failed_step = json_pack("{s:s, s:s, s:s, s:o}", "step", s->as, "verb", s->verb,
		"exit", exit, "stderr", text_json(last_line(err)));
}

/* Runs `runtime --root STATE VERB ARG...` and keeps how it ended. */
static int run_verb(struct trial *t, const struct step *s, const char *const *args,
	struct command_result *ret)
{
	const char *argv[LIST_MAX + 6];
	char root[128], cwd[PATH_MAX], open[PATH_MAX];
	size_t n = 0;

	snprintf(root, sizeof(root), "%s/state", t->workspace);
	argv[n++] = t->runtime->path;
	argv[n++] = "--root";
	argv[n++] = root;
	argv[n++] = s->verb;
	for (; *args && n < ARRAY_SIZE(argv) - 1; args++)
		argv[n++] = *args;
	argv[n] = NULL;
	bundle_resolve(t, s->cwd ? s->cwd : "@bundle", cwd, sizeof(cwd));
	bundle_resolve(t, s->open ? s->open : "", open, sizeof(open));
	struct command cmd = { .argv = argv,
		.cwd = cwd,
		.to_witness = !strcmp(s->verb, "create"),
		.fds = s->fds,
		.open = s->open ? open : NULL };
	int r = command_run(t, &cmd, ret);
	if (r < 0)
		return r;
	put(t, s->as, "exit", json_string(command_exit(ret)));
	put(t, s->as, "stderr", text_json(last_line(ret->err)));
	if (ret->flooded)
		put(t, s->as, "flooded", json_true());
	require_success(t, s, command_exit(ret), ret->err);
	return 0;
}

static const char *id_of(const struct trial *t, const struct step *s)
{
	return s->id ? s->id : t->id;
}

/* What `create` wrote into its pid file; 0 if there is none. */
static pid_t read_pid_file(const char *path)
{
	struct env env = { 0 };
	long long pid = env_number(&env, path);

	return pid > 0 ? (pid_t)pid : 0;
}

/* The container's process, asked of `state`. */
static pid_t ask_pid(struct trial *t)
{
	char root[128];
	struct command_result r;

	snprintf(root, sizeof(root), "%s/state", t->workspace);
	const char *argv[] = { t->runtime->path, "--root", root, "state", t->id, NULL };
	struct command cmd = { .argv = argv };
	if (command_run(t, &cmd, &r) < 0)
		return 0;
	json_t *state = json_loads(r.out, 0, NULL);
	pid_t pid = json_integer_value(json_object_get(state, "pid"));
	json_decref(state);
	command_release(&r);
	return pid;
}

/*
 * Which process the container is: it is waited for at the end. The pid file says so; where a
 * case observes that file, or there is none, `state` is asked as well.
 */
static void learn_init(struct trial *t, const struct step *s, const char *pid_file)
{
	char cwd[PATH_MAX], path[2 * PATH_MAX], key[256];

	bundle_resolve(t, s->cwd ? s->cwd : "@bundle", cwd, sizeof(cwd));
	if (pid_file[0] == '/')
		snprintf(path, sizeof(path), "%s", pid_file);
	else
		snprintf(path, sizeof(path), "%s/%s", cwd, pid_file);
	pid_t said = read_pid_file(path);
	snprintf(key, sizeof(key), "%s:pid-file", s->as);
	bool observed = json_object_get(t->k->observe, key);
	t->init = said && !observed ? said : ask_pid(t);
	if (observed)
		put(t, s->as, "pid-file",
			json_string(!said                 ? "missing"
					: said == t->init ? "pid of init"
							  : "another pid"));
}

static int do_create(struct trial *t, const struct step *s)
{
	char bundle[128], pid_file[PATH_MAX], preserve[16];
	const char *args[LIST_MAX] = { "--bundle", bundle };
	struct command_result r;
	size_t n = 2;

	snprintf(bundle, sizeof(bundle), "%s/bundle", t->workspace);
	snprintf(pid_file, sizeof(pid_file), "%s/pid", t->workspace);
	if (s->pid_file)
		bundle_resolve(t, s->pid_file, pid_file, sizeof(pid_file));
	snprintf(preserve, sizeof(preserve), "%lld", s->preserve_fds);
	if (!s->pid_file || *s->pid_file) {
		args[n++] = "--pid-file";
		args[n++] = pid_file;
	}
	if (s->preserve_fds) {
		args[n++] = "--preserve-fds";
		args[n++] = preserve;
	}
	args[n] = id_of(t, s);
	int ret = run_verb(t, s, args, &r);
	if (ret < 0)
		return ret;
	if (!strcmp(command_exit(&r), "ok") && !t->init)
		learn_init(t, s, pid_file);
	command_release(&r);
	return 0;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static int do_simple(struct trial *t, const struct step *s)
{
	const char *args[] = { id_of(t, s), NULL, NULL };
	struct command_result r;

	if (!strcmp(s->verb, "start") && !t->start_ns)
		t->start_ns = now_ns();
	if (!strcmp(s->verb, "kill"))
		args[1] = s->signal ? s->signal : "TERM";
	if (!strcmp(s->verb, "features"))
		args[0] = NULL;
	int ret = run_verb(t, s, args, &r);
	if (ret < 0)
		return ret;
	if (!strcmp(s->verb, "state") || !strcmp(s->verb, "features")) {
		json_auto_t *said = json_loads(r.out, JSON_REJECT_DUPLICATES, NULL);
		put(t, s->as, s->verb,
			said ? bundle_unresolve_json(t, said) : json_string("not JSON"));
	}
	command_release(&r);
	return 0;
}

static bool said_all(const struct trial *t)
{
	return t->channel.ended || t->channel.in < 0;
}

static bool said_all_or_ready(const struct trial *t)
{
	return t->channel.ready || said_all(t);
}

/* Until its parent, which we are, has reaped it: what a container leaves behind by then stays. */
static void wait_init(struct trial *t)
{
	int status;

	trial_reap(t);
	if (!t->init || trial_status(t, t->init, &status))
		return;
	_cleanup_close_ int pidfd = pidfd_of(t->init);
	if (pidfd >= 0)
		trial_wait(t, pidfd, NULL, t->deadline_ms);
	trial_reap(t);
}

static bool has_begun(const struct trial *t)
{
	return t->channel.begun || t->channel.in < 0;
}

/*
 * That a process does not run can only be seen by looking for a while. A runtime that keeps
 * to it passes however short the while is; the longer it is, the surer another is caught.
 */
static int do_watch(struct trial *t, const struct step *s)
{
	trial_wait(t, -1, has_begun, WATCH_MS);
	put(t, s->as, "exit", json_string("ok"));
	return 0;
}

/* Waits for what the witness has to say next; then the host's side is looked at. */
static int do_collect(struct trial *t, const struct step *s)
{
	cleanup_close(&t->channel.out);
	t->channel.out = -1;
	bool in_time =
		trial_wait(t, -1, t->held ? said_all : said_all_or_ready, t->deadline_ms);
	t->held = t->channel.ready;
	if (t->channel.ended || t->channel.in < 0)
		wait_init(t);
	put(t, s->as, "exit", json_string(in_time ? "ok" : "timeout"));
	require_success(
		t, s, in_time ? "ok" : "timeout", "the witness was not heard to its end");
	observe_host(t);
	return 0;
}

/* After a delete: what is left of the container. */
static int do_delete(struct trial *t, const struct step *s)
{
	char key[256];

	int r = do_simple(t, s);
	if (r < 0)
		return r;
	trial_reap(t);
	put(t, s->as, "left", residue_since(t, t->before));
	snprintf(key, sizeof(key), "%s:exit", s->as);
	const char *exit = json_string_value(json_object_get(t->evidence, key));
	t->deleted = t->deleted || (!strcmp(exit, "ok") && !strcmp(id_of(t, s), t->id));
	return 0;
}

/* What only some cases want to see after a step. */
static void look_around(struct trial *t, const struct step *s)
{
	static const struct {
		const char *what;
		json_t *(*look)(pid_t init);
	} looks[] = { { "init-exe", init_exe }, { "init-dirs", init_dirs } };
	char key[256];

	for (size_t i = 0; t->init && i < ARRAY_SIZE(looks); i++) {
		snprintf(key, sizeof(key), "%s:%s", s->as, looks[i].what);
		if (json_object_get(t->k->observe, key))
			put(t, s->as, looks[i].what, looks[i].look(t->init));
	}
	snprintf(key, sizeof(key), "%s:left", s->as);
	if (json_object_get(t->k->observe, key) && !json_object_get(t->evidence, key))
		put(t, s->as, "left", residue_since(t, t->before));
}

static int do_step(struct trial *t, const struct step *s)
{
	if (!strcmp(s->verb, "create"))
		return do_create(t, s);
	if (!strcmp(s->verb, "watch"))
		return do_watch(t, s);
	if (!strcmp(s->verb, "collect"))
		return do_collect(t, s);
	if (!strcmp(s->verb, "delete"))
		return do_delete(t, s);
	return do_simple(t, s);
}

/* Whatever the steps were, the container has to be gone in the end. */
static void delete_rest(struct trial *t, const char *id)
{
	char root[128];
	struct command_result r;

	snprintf(root, sizeof(root), "%s/state", t->workspace);
	const char *argv[] = { t->runtime->path, "--root", root, "delete", "--force", id,
		NULL };
	struct command cmd = { .argv = argv };
	if (command_run(t, &cmd, &r) == 0)
		command_release(&r);
}

int steps_run(struct trial *t, char *why, size_t why_size)
{
	size_t i;
	json_t *json;

	t->before = residue_snapshot(t);
	json_array_foreach(t->steps, i, json) {
		struct step s = step_read(json);
		int r = do_step(t, &s);
		if (r == 0)
			look_around(t, &s);
		if (r < 0) {
			snprintf(why, why_size, "step %s: cannot run %s: %s", s.as,
				t->runtime->path, strerror(-r));
			return r;
		}
		/* What follows would only fail for the same reason. */
		if (t->failed_step)
			break;
	}
	if (!t->deleted)
		delete_rest(t, t->id);
	json_array_foreach(t->steps, i, json) {
		struct step s = step_read(json);
		if (s.id && !strcmp(s.verb, "create"))
			delete_rest(t, s.id);
	}
	wait_init(t);
	return 0;
}
