#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guard.h"
#include "suite.h"
#include "verb.h"

#define RUNTIMES_MAX 16

struct args {
	struct suite_options suite;
	struct sink_options sink;
	const char *fixtures;
	const char *names[RUNTIMES_MAX]; /* of runtimes, as given */
	size_t name_count;
	struct runtime runtimes[RUNTIMES_MAX]; /* found */
	size_t runtime_count;
};

static const struct option_row options[] = {
	{ .name = "runtime",
		.value = "[NAME=]PATH",
		.kind = OPTION_LIST,
		.at = offsetof(struct args, names),
		.count_at = offsetof(struct args, name_count),
		.most = RUNTIMES_MAX,
		.completes = COMPLETES_RUNTIME,
		.about =
			"a path, a name on PATH, or reference: our own, embedded; NAME= is how "
			"records call it (default: runc, crun, youki as found, else reference)" },
	{ .name = "no-arbiter",
		.kind = OPTION_FLAG,
		.at = offsetof(struct args, suite.no_arbiter),
		.about = "do not ask the reference whose fault it is, too" },
	{ .name = "prove",
		.kind = OPTION_FLAG,
		.at = offsetof(struct args, suite.prove),
		.about = "run each case under its disproof, too: it must fail",
		.more = "The disproof of a case takes the tested thing out of the bundle. A case "
			"that passes all the same proves nothing, and that is a fail." },
	OPTIONS_SINK(struct args, sink),
	OPTION_FIXTURES(struct args, fixtures, "cases and base configuration from there"),
	OPTION_JOBS(struct args, suite.workers,
		"cases at a time (default: one for each processor)"),
	OPTION_TIMEOUT(struct args, suite.deadline_ms,
		"for each command of the runtime (default: 10)"),
	{ 0 },
};

static enum exit_code nothing(const char *why, const char *remedy)
{
	fprintf(stderr, "plimsoll run: %s. %s\n", why, remedy);
	return EXIT_NOTHING_ASKED;
}

static enum exit_code find_runtime(
	struct args *args, const char *given, char *why, size_t why_size)
{
	struct runtime *rt = &args->runtimes[args->runtime_count];
	int r = runtime_find(given, rt, why, why_size);

	if (r == -ENOENT)
		return verb_usage("run", "%s", why);
	if (r == -EOPNOTSUPP)
		return nothing(why, "Name a runtime with --runtime PATH.");
	if (r < 0)
		return verb_error("run", "%s", why);
	args->runtime_count++;
	return EXIT_OK;
}

/* Without --runtime: those that distributions install and this machine has, else our own. */
static enum exit_code find_runtimes(struct args *args)
{
	static const char *const installed[] = { "runc", "crun", "youki" };
	enum exit_code code = EXIT_OK;
	char why[512];

	for (size_t i = 0; i < args->name_count && code == EXIT_OK; i++)
		code = find_runtime(args, args->names[i], why, sizeof(why));
	for (size_t i = 0; i < ARRAY_SIZE(installed) && !args->name_count; i++)
		args->runtime_count +=
			runtime_find(installed[i], &args->runtimes[args->runtime_count],
				why, sizeof(why)) == 0;
	if (code == EXIT_OK && !args->runtime_count) {
		fprintf(stderr,
			"plimsoll run: no container runtime is installed (looked for runc, crun "
			"and youki): asking the embedded reference\n");
		code = find_runtime(args, RUNTIME_REFERENCE, why, sizeof(why));
	}
	return code;
}

static enum exit_code run_all(struct args *args, struct suite *suite)
{
	struct env env;
	char why[512] = "";

	int r = env_read(&env, "");
	if (r < 0)
		return verb_error(
			"run", "/proc/self/status: %s (is /proc mounted?)", strerror(-r));
	struct sink *sink = sink_open("run", &args->sink, &env, why, sizeof(why));
	if (!sink)
		return verb_error("run", "%s", why);
	for (size_t i = 0; i < args->runtime_count && r == 0; i++)
		r = suite_run(suite, &args->runtimes[i], &env, sink, why, sizeof(why));
	guard_stop();
	if (r < 0) {
		sink_abandon(sink);
		return verb_error("run", "%s", why);
	}
	enum exit_code code = sink_close(sink, why, sizeof(why));
	return *why ? verb_error("run", "%s", why) : code;
}

static enum exit_code run_suite(struct args *args, const struct fixtures *fixtures)
{
	char why[1024];

	args->suite.fixtures = fixtures;
	struct suite *suite = suite_load(&args->suite, why, sizeof(why));
	if (!suite)
		return verb_usage("run", "%s", why);
	enum exit_code code = run_all(args, suite);
	suite_free(suite);
	return code;
}

static enum exit_code run(int argc, char **argv)
{
	struct args args = { 0 };
	struct operands operands;
	struct fixtures fixtures;
	char why[1024];

	enum exit_code code = options_parse(options, argc, argv, &args, &operands);
	if (code != EXIT_OK)
		return code;
	args.sink.prove = args.suite.prove;
	args.suite.names = operands.words;
	args.suite.name_count = operands.count;
	args.sink.some = operands.count > 0;
	if ((code = sink_check("run", &args.sink)) != EXIT_OK)
		return code;
	if (fixtures_find(args.fixtures, &fixtures, why, sizeof(why)) < 0)
		return verb_usage("run", "%s", why);
	code = find_runtimes(&args);
	args.sink.several_runtimes = args.runtime_count > 1;
	if (code == EXIT_OK && geteuid() != 0)
		code = nothing(
			"running containers takes root here: rootless runs are not there yet",
			"Try: sudo plimsoll run");
	if (code == EXIT_OK)
		code = run_suite(&args, &fixtures);
	for (size_t i = 0; i < args.runtime_count; i++)
		runtime_release(&args.runtimes[i]);
	return code;
}

static const struct verb_example examples[] = {
	{ "plimsoll run --runtime runc --report runc.jsonl",
		"all cases, with the records" },
	{ "plimsoll run --runtime runc --runtime new=./my-runtime", "two side by side" },
	{ "plimsoll run --prove 'idmap/*'",
		"does each case notice when it is sabotaged?" },
	{ 0 },
};

const struct verb verb_run = {
	.about = "hold container runtimes to their obligations",
	.usage = "[OPTION]... [CASE]...",
	.text = "Runs every case on each runtime, each in a dock of its own that leaves nothing "
		"behind; that takes root. CASE is a name (mount/rro) or a glob ('idmap/*'); none "
		"means all. What a runtime fails is asked of the reference as well: whose fault "
		"it is hangs on both.",
	.options = options,
	.operand = "CASE",
	.completes = COMPLETES_CASE,
	.notes =
		"Exit codes: 0 all kept, 1 a fail, 3 an error, 4 something was silently ignored, "
		"77 nothing could be run.",
	.manual =
		"A case states one obligation of the OCI runtime specification: what is asked "
		"of the runtime, and what has to be seen from inside the container, from the "
		"host, or in the runtime's own words. A case whose kernel features are missing "
		"here is not asked, or asks for an honest refusal: an error, never silently "
		"less.\n\n"
		"The first case is a canary, an empty container. A runtime that cannot even "
		"make that one gets a single record that says why.\n\n"
		"Whose fault a fail is follows from the probes that the case requires and from "
		"the reference, plimsoll-runtime, a small runtime that is embedded: where that "
		"passes, it is the runtime's; where both fail, the kernel's or a policy's if a "
		"probe says so, else ours.",
	.examples = examples,
	.run = run,
};
