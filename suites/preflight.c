/* plimsoll preflight: may this host be trusted with that workload, and if not, why? */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "asking.h"
#include "autoload.h"
#include "guard.h"
#include "pool.h"
#include "readiness.h"
#include "verb.h"
#include "viewpoint.h"

#define TOTAL_MS 2000

struct args {
	const char *fixtures, *as;
	struct sink_options sink;
	char *paths[READINESS_PATHS_MOST];
	size_t path_count, workers;
	int total_ms;
	bool all, may_load;
};

struct preflight {
	const struct args *args;
	const struct env *env;
	struct readiness ready;
	char *why;
	size_t why_size;
};

static void find_self(struct who *self, const struct env *env)
{
	const char *home = getenv("HOME");
	const struct passwd *pw = home && *home == '/' ? NULL : getpwuid(geteuid());

	*self = (struct who) { .asker = { .name = env_asker(env) } };
	snprintf(self->home, sizeof(self->home), "%s",
		pw             ? pw->pw_dir
			: home ? home
			       : "/");
}

/*
 * Whom profiles of an unprivileged user are about: ourselves, unless we are root. That one is
 * the second of the usual viewpoints.
 */
static int find_user(struct preflight *k)
{
	struct who *user = &k->ready.user;
	struct viewpoints points;

	*user = k->ready.self;
	if (geteuid() != 0 && !k->args->as)
		return 0;
	int r = viewpoints_choose(
		NULL, k->args->as, k->env, &points, k->why, k->why_size);
	if (r < 0 || points.asker_count < 2)
		return r;
	const char *name = k->args->as ? k->args->as : "nobody";
	const struct passwd *pw = getpwnam(name);
	user->asker = points.askers[1];
	snprintf(user->login, sizeof(user->login), "%s", name);
	snprintf(user->home, sizeof(user->home), "%s", pw ? pw->pw_dir : "/nonexistent");
	return 0;
}

/* What directories took of the time is not there for the questions. */
static int ask(struct preflight *k, struct sink *sink, double begun)
{
	struct readiness *ready = &k->ready;
	double left = ready->total_ms - (now_ms() - begun);
	struct ask_options opt = { .env = k->env,
		.workers = k->args->workers,
		.total_ms = left < 1 ? 1 : (int)left,
		.may_load = k->args->may_load ? NULL : autoload_harmless,
		.amend = asking_amend,
		.no_devices = true };
	int r = readiness_want(ready);

	if (r == 0)
		r = verdicts_ask(&ready->verdicts, &opt, sink, asking_record, sink);
	guard_stop();
	ready->late = now_ms() - begun >= ready->total_ms;
	if (r < 0)
		snprintf(k->why, k->why_size, "cannot ask: %s", strerror(-r));
	return r;
}

static int add_profile(struct preflight *k, const struct fixtures *fx, const char *word)
{
	struct profile *list = reallocarray(
		k->ready.profiles, k->ready.profile_count + 1, sizeof(*list));

	if (!list) {
		snprintf(k->why, k->why_size, "out of memory");
		return -ENOMEM;
	}
	k->ready.profiles = list;
	int r = profile_load(
		fx, word, &list[k->ready.profile_count], k->why, k->why_size);
	k->ready.profile_count += r == 0;
	return r;
}

static int add_all(struct preflight *k, const struct fixtures *fx)
{
	char **paths = fixtures_list(fx, "profiles");
	int r = 0;

	for (size_t i = 0; paths && paths[i]; i++) {
		char *name = strchr(paths[i], '/') + 1;
		name[strlen(name) - strlen(".json")] = '\0';
		/* What is below a directory is not a name but a path of its own. */
		if (r == 0 && !strchr(name, '/'))
			r = add_profile(k, fx, name);
		free(paths[i]);
	}
	free(paths);
	return r;
}

static int load(struct preflight *k, char *const *names, size_t count)
{
	struct fixtures fx;

	int r = fixtures_find(k->args->fixtures, &fx, k->why, k->why_size);
	if (r == 0 && !count)
		r = add_all(k, &fx);
	for (size_t i = 0; i < count && r == 0; i++)
		r = add_profile(k, &fx, names[i]);
	if (r == 0 && !k->ready.profile_count) {
		snprintf(k->why, k->why_size, "there are no profiles in %s",
			*fx.dir ? fx.dir : "this program");
		r = -ENOENT;
	}
	return r == 0 ? find_user(k) : r;
}

static void forget(struct preflight *k)
{
	for (size_t i = 0; i < k->ready.profile_count; i++)
		profile_free(&k->ready.profiles[i]);
	free(k->ready.profiles);
	readiness_free(&k->ready);
}

static enum exit_code preflight(struct preflight *k)
{
	double begun = now_ms();
	int r = readiness_look(&k->ready, k->why, k->why_size);

	if (r < 0)
		return r == -EINVAL ? verb_usage("preflight", "%s", k->why)
				    : verb_error("preflight", "%s", k->why);
	struct sink *sink =
		sink_open("preflight", &k->args->sink, k->env, k->why, k->why_size);
	if (!sink)
		return verb_error("preflight", "%s", k->why);
	if (ask(k, sink, begun) < 0) {
		sink_abandon(sink);
		return verb_error("preflight", "%s", k->why);
	}
	for (size_t i = 0; i < k->ready.profile_count; i++)
		sink_record(sink, readiness_record(&k->ready, &k->ready.profiles[i]));
	enum exit_code code = sink_close(sink, k->why, k->why_size);
	return *k->why ? verb_error("preflight", "%s", k->why) : code;
}

static const struct option_row options[] = {
	OPTION_PATHS(struct args, paths, path_count, READINESS_PATHS_MOST,
		"where the workload keeps its files (default: what the profile says, as "
		"/var/lib/kubelet)"),
	OPTION_AS(struct args, as),
	{ .name = "all",
		.kind = OPTION_FLAG,
		.at = offsetof(struct args, all),
		.about = "all profiles, one line each" },
	OPTION_TIMEOUT(struct args, total_ms, "for all questions (default: 2)"),
	OPTION_AUTOLOAD(struct args, may_load),
	OPTIONS_SINK(struct args, sink),
	OPTION_FIXTURES(struct args, fixtures, "profiles are DIR/profiles/*.json"),
	OPTION_JOBS(struct args, workers,
		"questions at a time (default: two for each processor)"),
	{ 0 },
};

static enum exit_code run(int argc, char **argv)
{
	struct args args = { .total_ms = TOTAL_MS };
	struct operands operands;
	struct env env;
	char why[1200] = "";

	enum exit_code code = options_parse(options, argc, argv, &args, &operands);
	if (code != EXIT_OK)
		return code;
	if (args.all && operands.count)
		return verb_usage(
			"preflight", "--all, or the names of profiles: not both");
	args.sink.some = operands.count > 0;
	if ((code = sink_check("preflight", &args.sink)) != EXIT_OK)
		return code;
	int r = env_read(&env, "");
	if (r < 0)
		return verb_error("preflight",
			"/proc/self/status: %s (is /proc mounted?)", strerror(-r));
	struct preflight k = { .args = &args,
		.env = &env,
		.ready = { .paths = args.paths,
			.path_count = args.path_count,
			.user_named = args.as != NULL,
			.total_ms = args.total_ms },
		.why = why,
		.why_size = sizeof(why) };
	find_self(&k.ready.self, &env);
	r = load(&k, operands.words, operands.count);
	code = r == -ENOMEM ? verb_error("preflight", "%s", why)
		: r < 0     ? verb_usage("preflight", "%s", why)
			    : preflight(&k);
	forget(&k);
	return code;
}

static const struct verb_example examples[] = {
	{ "plimsoll preflight", "all profiles, one line each" },
	{ "plimsoll preflight kubernetes-userns --path /srv/kubelet",
		"is this node ready for pods in user namespaces?" },
	{ "sudo plimsoll preflight podman-rootless --as alice", "is alice?" },
	{ 0 },
};

const struct verb verb_preflight = {
	.about = "is this host ready for a workload, and if not, what is to be done?",
	.usage = "[OPTION]... [PROFILE]...",
	.text = "A profile says what a workload needs of the kernel, and why. What is missing is "
		"told with its cause and its remedy. Without a PROFILE: all of them, one line "
		"each. A PROFILE with a / in it or with .json at its end is a file of your own "
		"(fixtures/schema/profile.json says what is in it). Rootless ones are about you, "
		"or if root asks, about the user of --as. Changes nothing: it reads, and tries in "
		"namespaces and cgroups of its own.",
	.options = options,
	.operand = "PROFILE",
	.completes = COMPLETES_PROFILE,
	.lists = COMPLETES_PROFILE,
	.notes =
		"Exit codes: 0 ready, perhaps without what is merely recommended; 1 not ready; "
		"3 it is not known.",
	.manual =
		"Each need of a profile names probes of which one has to pass, whether it is "
		"required or recommended, and the reason in words for somebody who never heard "
		"of it. The probes are asked as whom the profile is about: root, or the user "
		"that --as names. It ends within two seconds unless --timeout grants more, "
		"works with a read-only root and without /tmp, and is safe on a node in "
		"production.",
	.examples = examples,
	.run = run,
};
