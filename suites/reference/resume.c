#include <getopt.h>

#include "command.h"

static int run(const struct globals *g, int argc, char **argv, struct failure *f)
{
	static const struct option options[] = { { 0 } };
	_cleanup_container_ struct container c = { .root = -1, .dir = -1, .lock = -1 };

	optind = 0;
	if (getopt_long(argc, argv, ":", options, NULL) != -1)
		return command_usage(
			&command_resume, f, "%s: not understood", argv[optind - 1]);
	const char *id = command_id(&command_resume, argc, argv, f);
	if (!id || container_open(g, id, true, &c, f) < 0)
		return 1;
	enum container_status status = container_status(&c);
	if (status != CONTAINER_PAUSED) {
		fail(f, 0, "container %s is %s, not paused", id,
			container_status_name(status));
		return 1;
	}
	if (cgroups_freeze(&c.cgroups, false, f) < 0) {
		fail_in(f, "container %s", id);
		return 1;
	}
	return 0;
}

const struct command command_resume = {
	.name = "resume",
	.about = "let the processes of a paused container go on",
	.usage = "ID",
	.run = run,
};
