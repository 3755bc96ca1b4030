#include "command.h"

static int show(const struct globals *g, const char *id, struct failure *f)
{
	_cleanup_container_ struct container c = CONTAINER_NONE;

	if (container_open(g, id, false, &c, f) < 0)
		return 1;
	json_auto_t *state = container_state(&c, container_status(&c));
	json_object_set_new(state, "rootfs", json_string(c.rootfs));
	json_object_set_new(state, "created", json_string(c.created));
	return command_print(state, f);
}

static int run(const struct globals *g, int argc, char **argv, struct failure *f)
{
	const char *id = command_only_id(&command_state, argc, argv, f);
	return id ? show(g, id, f) : 1;
}

const struct command command_state = {
	.name = "state",
	.about = "print the state of a container as JSON",
	.usage = "ID",
	.run = run,
};
