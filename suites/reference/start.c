#include "command.h"
#include "make.h"

static int start(const struct globals *g, const char *id, struct failure *f)
{
	_cleanup_container_ struct container c = CONTAINER_NONE;
	_cleanup_config_ struct config config = { 0 };

	int r = container_open(g, id, true, &c, f);
	if (r < 0)
		return r;
	enum container_status status = container_status(&c);
	if (status != CONTAINER_CREATED)
		return fail(f, 0, "container %s is %s: only a created one can be started",
			id, container_status_name(status));
	r = container_config(&c, &config, f);
	if (r == 0 && !config.process)
		r = fail(f, 0, "process is not set: there is nothing to start");
	return r < 0 ? r : container_start(&c, &config, f);
}

static int run(const struct globals *g, int argc, char **argv, struct failure *f)
{
	const char *id = command_only_id(&command_start, argc, argv, f);
	return !id || start(g, id, f) < 0;
}

const struct command command_start = {
	.name = "start",
	.about = "run the program of a created container",
	.usage = "ID",
	.run = run,
};
