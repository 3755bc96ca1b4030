#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guard.h"
#include "options.h"
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

static int parse(int argc, char **argv, struct args *args)
{
	static const struct option options[] = { { "runtime", required_argument, NULL,
							 'R' },
		{ "fixtures", required_argument, NULL, 'F' },
		{ "prove", no_argument, NULL, 'P' },
		{ "no-arbiter", no_argument, NULL, 'A' },
		{ "report", required_argument, NULL, 'r' },
		{ "format", required_argument, NULL, 'f' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "timeout", required_argument, NULL, 't' }, { 0 } };
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'R' && args->name_count < RUNTIMES_MAX)
			args->names[args->name_count++] = optarg;
		else if (c == 'F')
			args->fixtures = optarg;
		else if (c == 'P')
			args->suite.prove = args->sink.prove = true;
		else if (c == 'A')
			args->suite.no_arbiter = true;
		else if (c == 'r')
			args->sink.report = optarg;
		else if (c == 'f')
			args->sink.format = optarg;
		else if (c == 'j' && option_count(optarg, &args->suite.workers))
			;
		else if (c == 't' && option_seconds(optarg, &args->suite.deadline_ms))
			;
		else
			return -1;
	}
	args->suite.names = argv + optind;
	args->suite.name_count = argc - optind;
	return 0;
}

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
	struct fixtures fixtures;
	char why[1024];

	if (parse(argc, argv, &args) < 0)
		return verb_usage("run",
			"%s: unknown option, or its value is missing or off",
			argv[optind - 1]);
	if (args.sink.format && !reporter_find(args.sink.format))
		return verb_usage("run",
			"there is no format \"%s\" (plimsoll report --formats)",
			args.sink.format);
	if (fixtures_find(args.fixtures, &fixtures, why, sizeof(why)) < 0)
		return verb_usage("run", "%s", why);
	enum exit_code code = find_runtimes(&args);
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

const struct verb verb_run = {
	.about = "hold container runtimes to their obligations",
	.help = "Usage: plimsoll run [OPTION]... [CASE]...\n\n"
		"Runs every case on each runtime, each in a dock of its own that leaves nothing\n"
		"behind. CASE is a name (mount/rro) or a glob ('idmap/*'); none means all. What a\n"
		"runtime fails is asked of the reference as well: whose fault it is hangs on both.\n\n"
		"  --runtime [NAME=]PATH  a runtime, also a name on PATH (repeatable; default: runc,\n"
		"                       crun, youki as found, else reference: our own, which is\n"
		"                       embedded); NAME is what records call it\n"
		"  --no-arbiter         do not ask the reference whose fault it is, too\n"
		"  --prove              run each case under its disproof, too: it must fail then\n"
		"  --report FILE        write the records there, JSON Lines (- for stdout)\n"
		"  --format FORMAT      text (default), tap, tap13, jsonl\n"
		"  --fixtures DIR       cases and base configuration from there\n"
		"  --jobs N             cases at a time (default: one for each processor)\n"
		"  --timeout S          seconds for each command of the runtime (default: 10)\n\n"
		"Exit codes: 0 all kept, 1 a fail, 3 an error, 4 something was silently ignored,\n"
		"77 nothing could be run.\n\n"
		"Examples:\n"
		"  plimsoll run --runtime runc --report runc.jsonl\n"
		"  plimsoll run --prove 'idmap/*'\n",
	.run = run,
};
