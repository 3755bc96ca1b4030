#include <signal.h>

#include "foreground.h"
#include "make_options.h"
#include "seal.h"

/* The exit status, or -errno. */
static int run_container(const struct globals *g, const struct make_options *o,
	const char *id, bool keep, struct failure *f)
{
	_cleanup_made_ struct made made = { .container = CONTAINER_NONE, .master = -1 };

	if (o->foreground)
		foreground_begin();
	int r = make(g, o, id, &made, f);
	if (r < 0)
		return r;
	struct container *c = &made.container;
	if (!made.config.process)
		r = fail(f, 0, "process is not set: there is nothing to start");
	if (r == 0)
		r = container_start(c, &made.config, f);
	if (r < 0) {
		struct failure later;
		container_destroy(c, &made.config, &later);
		return r;
	}
	if (!o->foreground)
		return 0;
	int status = foreground_wait(c->pid, made.master, f);
	if (keep)
		return status;
	r = container_destroy(c, &made.config, f);
	return status < 0 ? status : r < 0 ? r : status;
}

static int run(const struct globals *g, int argc, char **argv, struct failure *f)
{
	static const struct option options[] = { MAKE_OPTIONS,
		{ "detach", no_argument, NULL, 'd' }, { "keep", no_argument, NULL, 'K' },
		{ 0 } };
	struct make_options o = { .foreground = true };
	bool keep = false;
	int c;

	while ((c = getopt_long(argc, argv, "b:d", options, NULL)) != -1) {
		if (c == 'd')
			o.foreground = false;
		else if (c == 'K')
			keep = true;
		else if (!make_option(&o, c))
			return command_option(&command_run, argv, f);
	}
	const char *id = command_id(&command_run, argc, argv, f);
	if (!id || seal_self(g->argv, f) < 0)
		return 1;
	if (make_descriptors(&o, f) < 0)
		return 1;
	int status = run_container(g, &o, id, keep, f);
	return status < 0 ? 1 : status;
}

const struct command command_run = {
	.name = "run",
	.about = "create, start, wait for the end, delete",
	.usage = "[OPTION]... ID\n\n" MAKE_USAGE
		 "  -d, --detach            returns when the program runs\n"
		 "      --keep              does not delete the container afterwards",
	.run = run,
};
