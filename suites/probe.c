#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asking.h"
#include "guard.h"
#include "options.h"
#include "verb.h"

#define LIST_MAX 256

struct args {
	struct asking_options asking;
	struct sink_options sink;
	char *paths[LIST_MAX];
};

static int parse(int argc, char **argv, struct args *args)
{
	static const struct option options[] = { { "path", required_argument, NULL, 'p' },
		{ "as", required_argument, NULL, 'a' },
		{ "from", required_argument, NULL, 'F' },
		{ "allow-autoload", no_argument, NULL, 'A' },
		{ "prove", no_argument, NULL, 'P' },
		{ "report", required_argument, NULL, 'r' },
		{ "format", required_argument, NULL, 'f' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "timeout", required_argument, NULL, 't' }, { 0 } };
	struct asking_options *asking = &args->asking;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'p' && asking->path_count < LIST_MAX)
			args->paths[asking->path_count++] = optarg;
		else if (c == 'a')
			asking->as = optarg;
		else if (c == 'F')
			asking->from = optarg;
		else if (c == 'A')
			asking->allow_autoload = true;
		else if (c == 'P')
			asking->prove = args->sink.prove = true;
		else if (c == 'r')
			args->sink.report = optarg;
		else if (c == 'f')
			args->sink.format = optarg;
		else if (c == 'j' && option_count(optarg, &asking->workers))
			;
		else if (c == 't' && option_seconds(optarg, &asking->deadline_ms))
			;
		else
			return -1;
	}
	asking->paths = args->paths;
	asking->names = argv + optind;
	asking->name_count = argc - optind;
	return 0;
}

static enum exit_code run(int argc, char **argv)
{
	struct args args = { 0 };
	struct env env;
	char why[512];

	if (parse(argc, argv, &args) < 0)
		return verb_usage("probe",
			"%s: unknown option, or its value is missing or off",
			argv[optind - 1]);
	if (args.sink.format && !reporter_find(args.sink.format))
		return verb_usage("probe",
			"there is no format \"%s\" (plimsoll report --formats)",
			args.sink.format);
	int r = env_read(&env, "");
	if (r < 0)
		return verb_error("probe", "/proc/self/status: %s (is /proc mounted?)",
			strerror(-r));
	struct sink *sink = sink_open("probe", &args.sink, &env, why, sizeof(why));
	if (!sink)
		return verb_error("probe", "%s", why);

	r = asking_run(&args.asking, &env, sink, why, sizeof(why));
	guard_stop();
	if (r < 0) {
		sink_abandon(sink);
		return r == -EINVAL ? verb_usage("probe", "%s", why)
				    : verb_error("probe", "%s", why);
	}
	enum exit_code code = sink_close(sink, why, sizeof(why));
	return *why ? verb_error("probe", "%s", why) : code;
}

const struct verb verb_probe = {
	.about = "ask this kernel what containers can rely on",
	.help = "Usage: plimsoll probe [OPTION]... [NAME]...\n\n"
		"Asks the kernel by behaviour: as root and as an unprivileged user, or as whom you\n"
		"are. NAME is a probe (mnt/rro) or a glob ('idmap/*'); none means all.\n\n"
		"  --path DIR       what depends on a file system is asked of this directory, and\n"
		"                   changes nothing in it (repeatable)\n"
		"  --from LIST      viewpoints: root, user, userns (root of a user namespace of one's\n"
		"                   own), container:RUNTIME, with commas; says what differs and why\n"
		"  --as USER        the unprivileged user (default: nobody)\n"
		"  --allow-autoload also ask what makes the kernel load a module\n"
		"  --prove          take each system call away and see that the probe says no\n"
		"  --report FILE    write the records there, JSON Lines (- for stdout)\n"
		"  --format FORMAT  text (default), tap, tap13, jsonl\n"
		"  --jobs N         questions at a time (default: two for each processor)\n"
		"  --timeout S      seconds for each question (default: 5)\n\n"
		"Examples:\n"
		"  plimsoll probe --path /var/lib/kubelet\n"
		"  plimsoll probe --from root,container:runc      works here, fails in the pod?\n"
		"  plimsoll probe --prove mnt/rro 'ns/*' --report proof.jsonl\n",
	.run = run,
};
