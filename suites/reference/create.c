#include "make_options.h"
#include "seal.h"

static int run(const struct globals *g, int argc, char **argv, struct failure *f)
{
	static const struct option options[] = { MAKE_OPTIONS, { 0 } };
	struct make_options o = { 0 };
	int c;

	while ((c = getopt_long(argc, argv, "b:", options, NULL)) != -1)
		if (!make_option(&o, c))
			return command_option(&command_create, argv, f);
	const char *id = command_id(&command_create, argc, argv, f);
	if (!id || seal_self(g->argv, f) < 0)
		return 1;
	if (make_descriptors(&o, f) < 0)
		return 1;
	_cleanup_made_ struct made made = { .container = CONTAINER_NONE, .master = -1 };
	return make(g, &o, id, &made, f) < 0;
}

const struct command command_create = {
	.name = "create",
	.about = "make a container that waits for start",
	.usage = "[OPTION]... ID\n\n" MAKE_USAGE,
	.run = run,
};
