/*
 * plimsoll-runtime: an OCI container runtime that does what plimsoll's fixtures ask with the very
 * calls that its probes prove (README.md, "The reference runtime").
 */
#include <getopt.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "config_shape.h"

static const struct command *const commands[] = { &command_create, &command_delete,
	&command_exec, &command_features, &command_kill, &command_list, &command_pause,
	&command_ps, &command_resume, &command_run, &command_spec, &command_start,
	&command_state, &command_update };

struct log {
	const char *path; /* --log; NULL: stderr alone */
	bool json;
};

static void print_usage(FILE *to)
{
	fprintf(to,
		"Usage: plimsoll-runtime [OPTION]... COMMAND [ARG]...\n\n"
		"  --root DIR               where the state of containers is kept\n"
		"  --log FILE               errors go there, too\n"
		"  --log-format text|json   how they are written there\n"
		"  --cgroup-manager cgroupfs|disabled\n"
		"  --debug                  accepted, but errors are whole without it\n"
		"  --version\n\nCommands:\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(to, "  %-10s %s\n", commands[i]->name, commands[i]->about);
}

static void print_version(void)
{
	printf("plimsoll-runtime version " PLIMSOLL_VERSION "\nspec: " CONFIG_OCI_VERSION
	       "\n");
}

/* One JSON object a line, as engines read it (level, msg, time). */
static void log_json(FILE *to, const char *text)
{
	time_t now = time(NULL);
	char stamp[32];
	struct tm tm;

	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
	json_auto_t *line = json_pack(
		"{s:s, s:s, s:s}", "level", "error", "msg", text, "time", stamp);
	if (line && json_dumpf(line, to, JSON_COMPACT) == 0)
		putc('\n', to);
}

static void say(const struct log *log, const char *text)
{
	fprintf(stderr, "plimsoll-runtime: %s\n", text);
	_cleanup_fclose_ FILE *to = log->path ? fopen(log->path, "ae") : NULL;
	if (to && log->json)
		log_json(to, text);
	else if (to)
		fprintf(to, "plimsoll-runtime: %s\n", text);
}

static const char *default_root(void)
{
	static char path[PATH_MAX];
	const char *dir = getenv("XDG_RUNTIME_DIR");

	if (geteuid() == 0 || !dir || !*dir)
		return "/run/plimsoll-runtime";
	snprintf(path, sizeof(path), "%s/plimsoll-runtime", dir);
	return path;
}

static bool manager(const char *name, enum cgroup_manager *ret)
{
	if (strcmp(name, "cgroupfs") && strcmp(name, "disabled"))
		return false;
	*ret = !strcmp(name, "disabled") ? CGROUP_DISABLED : CGROUPFS;
	return true;
}

/* 0 to go on; else the exit status + 1. */
static int take_option(struct globals *g, struct log *log, char **argv, int c)
{
	if (c == 'r')
		g->root = optarg;
	else if (c == 'l')
		log->path = optarg;
	else if (c == 'f' && (!strcmp(optarg, "json") || !strcmp(optarg, "text")))
		log->json = !strcmp(optarg, "json");
	else if (c == 'm' && manager(optarg, &g->cgroup_manager))
		;
	else if (c == 'd')
		;
	else if (c == 'v')
		return print_version(), 1;
	else if (c == 'h')
		return print_usage(stdout), 1;
	else {
		char text[512];
		snprintf(text, sizeof(text),
			"%s: unknown option, or its value is missing or not supported",
			argv[optind - 1]);
		say(log, text);
		return 2;
	}
	return 0;
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

/* Before the id or a program, which may have a --help of its own. */
static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && argv[i][0] == '-' && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return true;
	return false;
}

static int run(const struct globals *g, const struct log *log, int argc, char **argv)
{
	struct failure f = { 0 };
	const struct command *c = argc ? find(argv[0]) : NULL;

	if (!argc)
		return print_usage(stderr), 1;
	if (!c) {
		fail(&f, 0,
			"there is no command \"%.100s\" (see: plimsoll-runtime --help)",
			argv[0]);
		return say(log, f.text), 1;
	}
	if (wants_help(argc, argv)) {
		printf("plimsoll-runtime %s: %s\n\nUsage: plimsoll-runtime %s %s\n",
			c->name, c->about, c->name, c->usage);
		return 0;
	}
	optind = 0;
	int status = c->run(g, argc, argv, &f);
	/* A command that went well may have met failures that did not matter. */
	if (*f.text && (status || !f.err))
		say(log, f.text);
	return status;
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "root", required_argument, NULL, 'r' },
		{ "log", required_argument, NULL, 'l' },
		{ "log-format", required_argument, NULL, 'f' },
		{ "cgroup-manager", required_argument, NULL, 'm' },
		{ "debug", no_argument, NULL, 'd' },
		{ "version", no_argument, NULL, 'v' }, { "help", no_argument, NULL, 'h' },
		{ 0 } };
	struct globals g = { .root = default_root(), .argv = argv };
	struct log log = { 0 };
	int c;

	opterr = 0;
	signal(SIGCHLD, SIG_DFL); /* ignored, it would take away how our children end */
	while ((c = getopt_long(argc, argv, "+hv", options, NULL)) != -1) {
		int end = take_option(&g, &log, argv, c);
		if (end)
			return end - 1;
	}
	return run(&g, &log, argc - optind, argv + optind);
}
