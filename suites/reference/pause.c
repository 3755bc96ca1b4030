/* `pause` and `resume`. */
#include "command.h"

static int change(const struct globals *g, const char *id, enum container_status from,
	bool frozen, struct failure *f)
{
	_cleanup_container_ struct container c = CONTAINER_NONE;

	int r = container_open(g, id, true, &c, f);
	if (r < 0)
		return r;
	enum container_status status = container_status(&c);
	if (status != from)
		return fail(f, 0, "container %s is %s, not %s", id,
			container_status_name(status), container_status_name(from));
	r = cgroups_freeze(&c.cgroups, frozen, f);
	return r < 0 ? fail_in(f, "container %s", id) : 0;
}

static int run_pause(const struct globals *g, int argc, char **argv, struct failure *f)
{
	const char *id = command_only_id(&command_pause, argc, argv, f);

	return !id || change(g, id, CONTAINER_RUNNING, true, f) < 0;
}

static int run_resume(const struct globals *g, int argc, char **argv, struct failure *f)
{
	const char *id = command_only_id(&command_resume, argc, argv, f);

	return !id || change(g, id, CONTAINER_PAUSED, false, f) < 0;
}

const struct command command_pause = {
	.name = "pause",
	.about = "stop all processes of a container for a while",
	.usage = "ID",
	.run = run_pause,
};

const struct command command_resume = {
	.name = "resume",
	.about = "let the processes of a paused container go on",
	.usage = "ID",
	.run = run_resume,
};
