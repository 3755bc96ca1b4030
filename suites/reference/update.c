#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"

/* What an option's value is. */
enum form {
	FORM_FILE,
	FORM_NUMBER,
	FORM_SIZE, /* bytes, with k, m, g or t */
	FORM_TEXT,
};

/* Options and the member of linux.resources that each is. */
static const struct {
	const char *option;
	enum form form;
	const char *section, *key;
	json_int_t min, max;
} flags[] = {
	{ "resources", FORM_FILE },
	{ "memory", FORM_SIZE, "memory", "limit", -1, INT64_MAX },
	{ "memory-reservation", FORM_SIZE, "memory", "reservation", -1, INT64_MAX },
	{ "memory-swap", FORM_SIZE, "memory", "swap", -1, INT64_MAX },
	{ "cpu-share", FORM_NUMBER, "cpu", "shares", 0, INT64_MAX },
	{ "cpu-quota", FORM_NUMBER, "cpu", "quota", -1, INT64_MAX },
	{ "cpu-period", FORM_NUMBER, "cpu", "period", 0, INT64_MAX },
	{ "cpu-burst", FORM_NUMBER, "cpu", "burst", 0, INT64_MAX },
	{ "cpu-idle", FORM_NUMBER, "cpu", "idle", 0, 1 },
	{ "cpuset-cpus", FORM_TEXT, "cpu", "cpus" },
	{ "cpuset-mems", FORM_TEXT, "cpu", "mems" },
	{ "pids-limit", FORM_NUMBER, "pids", "limit", -1, INT64_MAX },
	{ "blkio-weight", FORM_NUMBER, "blockIO", "weight", 10, 1000 },
};

static const char usage[] =
	"[OPTION]... ID\n"
	"  --resources=FILE            linux.resources as JSON; \"-\": from stdin\n"
	"  --memory=BYTES              also with k, m, g; -1: no limit\n"
	"  --memory-reservation=BYTES\n"
	"  --memory-swap=BYTES         memory and swap together\n"
	"  --cpu-share=N\n"
	"  --cpu-quota=MICROSECONDS\n"
	"  --cpu-period=MICROSECONDS\n"
	"  --cpu-burst=MICROSECONDS\n"
	"  --cpu-idle=0|1\n"
	"  --cpuset-cpus=LIST\n"
	"  --cpuset-mems=LIST\n"
	"  --pids-limit=N              -1: no limit\n"
	"  --blkio-weight=N            from 10 to 1000";

static int run(const struct globals *g, int argc, char **argv, struct failure *f);

const struct command command_update = {
	.name = "update",
	.about = "change the resources of a container",
	.usage = usage,
	.run = run,
};

/* "512m" */
static int read_number(const char *text, bool size, json_int_t *ret)
{
	static const char units[] = "kmgt";
	const char *unit;
	char *end;
	int shift = 0;

	errno = 0;
	long long value = strtoll(text, &end, 10);
	if (errno || end == text || *text == ' ' || *text == '+')
		return -EINVAL;
	if (size && *end && (unit = strchr(units, *end | 0x20))) {
		shift = 10 * (unit - units + 1);
		end++;
	}
	if (size && (*end == 'b' || *end == 'B'))
		end++;
	if (*end || value > INT64_MAX >> shift || (value < 0 && shift))
		return -EINVAL;
	*ret = value * (1LL << shift);
	return 0;
}

static int set(json_t *resources, const char *section, const char *key, json_t *value)
{
	json_t *object = json_object_get(resources, section);

	if (!object) {
		object = json_object();
		if (json_object_set_new(resources, section, object) < 0)
			object = NULL;
	}
	return json_object_set_new(object, key, value);
}

/* What the command line asks for: of the file, and of options, which go before it. */
struct request {
	json_t *file, *options;
};

static void request_release(struct request *r)
{
	json_decref(r->file);
	json_decref(r->options);
}

static int take(struct request *r, size_t i, const char *text, struct failure *f)
{
	json_int_t number;

	if (flags[i].form == FORM_FILE && r->file)
		return command_usage(&command_update, f, "--resources: once is enough");
	if (flags[i].form == FORM_FILE)
		return config_load_resources(text, &r->file, f) < 0;
	if (flags[i].form == FORM_TEXT)
		return set(r->options, flags[i].section, flags[i].key,
			       json_string(text)) < 0
			? command_usage(
				  &command_update, f, "--%s: not text", flags[i].option)
			: 0;
	if (read_number(text, flags[i].form == FORM_SIZE, &number) < 0 ||
		number < flags[i].min || number > flags[i].max)
		return command_usage(
			&command_update, f, "--%s: \"%s\"", flags[i].option, text);
	return set(r->options, flags[i].section, flags[i].key, json_integer(number)) < 0;
}

/* Both as one; borrowed. */
static const json_t *merge(struct request *r)
{
	const char *section, *key;
	json_t *members, *value;

	if (!r->file)
		return r->options;
	json_object_foreach(r->options, section, members)
		json_object_foreach(members, key, value)
			set(r->file, section, key, json_incref(value));
	return r->file;
}

static int parse(int argc, char **argv, struct request *r, struct failure *f)
{
	struct option options[ARRAY_SIZE(flags) + 1] = { 0 };
	int at, c;

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		options[i] =
			(struct option) { flags[i].option, required_argument, NULL, 'x' };
	optind = 0;
	while ((c = getopt_long(argc, argv, ":", options, &at)) != -1)
		if (c != 'x')
			return command_usage(&command_update, f, "%s: not understood",
				argv[optind - 1]);
		else if (take(r, at, optarg, f))
			return 1;
	return 0;
}

static int run(const struct globals *g, int argc, char **argv, struct failure *f)
{
	_cleanup_container_ struct container c = CONTAINER_NONE;
	_cleanup_(request_release) struct request r = { .options = json_object() };

	if (parse(argc, argv, &r, f))
		return 1;
	const char *id = command_id(&command_update, argc, argv, f);
	if (!id || container_open(g, id, true, &c, f) < 0)
		return 1;
	enum container_status status = container_status(&c);
	if (status == CONTAINER_CREATING || status == CONTAINER_STOPPED) {
		fail(f, 0, "container %s is %s", id, container_status_name(status));
		return 1;
	}
	return cgroups_update(&c.cgroups, merge(&r), f) < 0;
}
