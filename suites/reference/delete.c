#include <errno.h>
#include <getopt.h>

#include "command.h"
#include "make.h"

/*
 * A created container can be deleted as it is: its program has not run, and engines rely on that
 * (runc and crun do it, too; the specification asks for a stopped one).
 */
static int destroy(const struct globals *g, const char *id, bool force, struct failure *f)
{
	_cleanup_container_ struct container c = CONTAINER_NONE;
	_cleanup_config_ struct config config = { 0 };
	struct failure ignored;

	int r = container_open(g, id, true, &c, f);
	if (r == -ENOENT && force)
		return 0;
	if (r < 0)
		return r;
	enum container_status status = container_status(&c);
	if (!force && status != CONTAINER_STOPPED && status != CONTAINER_CREATED)
		return fail(f, 0,
			"container %s is %s: it must be stopped, or --force given", id,
			container_status_name(status));
	bool known = container_config(&c, &config, &ignored) == 0;
	return container_destroy(&c, known ? &config : NULL, f);
}

static int run(const struct globals *g, int argc, char **argv, struct failure *f)
{
	static const struct option options[] = { { "force", no_argument, NULL, 'f' },
		{ 0 } };
	bool force = false;
	int c;

	while ((c = getopt_long(argc, argv, "f", options, NULL)) != -1) {
		if (c != 'f')
			return command_option(&command_delete, argv, f);
		force = true;
	}
	const char *id = command_id(&command_delete, argc, argv, f);
	return !id || destroy(g, id, force, f) < 0;
}

const struct command command_delete = {
	.name = "delete",
	.about = "undo what create made",
	.usage = "[OPTION] ID\n\n"
		 "  -f, --force   kills it first; one that is not there is fine",
	.run = run,
};
