#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asking.h"
#include "guard.h"
#include "verb.h"

#define LIST_MAX 256

struct args {
	struct asking_options asking;
	struct sink_options sink;
	char *paths[LIST_MAX];
};

static const char *const viewpoints[] = { "root", "user", "userns", "container:", NULL };

static const struct option_row options[] = {
	OPTION_PATHS(struct args, paths, asking.path_count, LIST_MAX,
		"ask about this directory what depends on a file system; changes nothing in it"),
	{ .name = "from",
		.value = "LIST",
		.kind = OPTION_TEXT,
		.at = offsetof(struct args, asking.from),
		.completes = COMPLETES_COMMAS,
		.words = viewpoints,
		.about =
			"viewpoints, with commas: root, user, userns (root of a user namespace "
			"of one's own), container:RUNTIME; says what differs and why",
		.more = "A container is made with RUNTIME, a name on PATH or a path, and the "
			"questions are asked in it; that takes root." },
	OPTION_AS(struct args, asking.as),
	OPTION_AUTOLOAD(struct args, asking.allow_autoload),
	{ .name = "prove",
		.kind = OPTION_FLAG,
		.at = offsetof(struct args, asking.prove),
		.about = "take each system call away and see that the probe says no",
		.more = "A seccomp filter answers ENOSYS, EPERM and EINVAL in turn to each call "
			"that a probe is made of. One that still passes proves nothing, and "
			"that is a fail." },
	OPTIONS_SINK(struct args, sink),
	OPTION_JOBS(struct args, asking.workers,
		"questions at a time (default: two for each processor)"),
	OPTION_TIMEOUT(struct args, asking.deadline_ms, "for each question (default: 5)"),
	{ 0 },
};

static enum exit_code run(int argc, char **argv)
{
	struct args args = { 0 };
	struct operands operands;
	struct env env;
	char why[512];

	enum exit_code code = options_parse(options, argc, argv, &args, &operands);
	if (code != EXIT_OK)
		return code;
	args.sink.prove = args.asking.prove;
	args.asking.paths = args.paths;
	args.asking.names = operands.words;
	args.asking.name_count = operands.count;
	args.sink.some = operands.count > 0;
	if ((code = sink_check("probe", &args.sink)) != EXIT_OK)
		return code;
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
	code = sink_close(sink, why, sizeof(why));
	return *why ? verb_error("probe", "%s", why) : code;
}

static const struct verb_example examples[] = {
	{ "plimsoll probe --path /var/lib/kubelet",
		"what can the file system of this directory do?" },
	{ "plimsoll probe --from root,container:runc", "works here, fails in the pod?" },
	{ "plimsoll probe --as alice 'ns/*' 'cgroup/*'",
		"two areas, as root and as alice" },
	{ "plimsoll probe --prove mnt/rro --report proof.jsonl",
		"can the probe say no at all? The records stand in a file" },
	{ 0 },
};

const struct verb verb_probe = {
	.about = "ask this kernel what containers can rely on",
	.usage = "[OPTION]... [NAME]...",
	.text = "Asks the kernel by behaviour: as root and as an unprivileged user, or as whom "
		"you are. NAME is a probe (mnt/rro) or a glob ('idmap/*'); none means all. What "
		"is missing comes first, with its cause and remedy.",
	.options = options,
	.operand = "NAME",
	.completes = COMPLETES_PROBE,
	.manual =
		"Each question is put to the kernel by trying: by its effect, with a control "
		"that shows that the effect is due to what is asked, or by the errno of a call "
		"that is wrong on purpose. The release of the kernel is never looked at. "
		"Questions are asked in a child process, in namespaces and cgroups of its own, "
		"and leave nothing behind.\n\n"
		"An answer is absent where this kernel does not have a thing, and denied where "
		"a policy does not let the asker have it. A denial is followed to its cause by "
		"a second question: a seccomp filter, a missing capability, a sysctl, a "
		"security module, a limit that is used up, a masked /proc, a cgroup that is not "
		"delegated. Where a cause is not proven, the report says so.\n\n"
		"plimsoll list names the probes, plimsoll explain NAME tells what one of them "
		"is about.",
	.examples = examples,
	.run = run,
};
