#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "command.h"

static const char *const columns[] = { "id", "pid", "status", "bundle", "created",
	"owner" };

/* The state of runtime.md, and what callers of other runtimes find in their lists. */
static json_t *row(const struct container *c)
{
	enum container_status status = container_status(c);
	json_t *json = container_state(c, status);

	if (!json_object_get(json, "pid"))
		json_object_set_new(json, "pid", json_integer(0));
	json_object_set_new(json, "rootfs", json_string(c->rootfs));
	json_object_set_new(json, "created", json_string(c->created));
	json_object_set_new(json, "owner", json_sprintf("%u", (unsigned)c->owner));
	return json;
}

/* One that is gone since is not missed; one that cannot be read does not hide the rest, but
 * is told of at the end. */
static void add_rows(
	const struct globals *g, char *const *ids, json_t *all, struct failure *f)
{
	struct failure first = { 0 }, now;
	int unread = 0;

	for (; *ids; ids++) {
		_cleanup_container_ struct container c = {
			.root = -1, .dir = -1, .lock = -1
		};
		now = (struct failure) { 0 };
		int r = container_open(g, *ids, false, &c, &now);
		if (r == 0) {
			json_array_append_new(all, row(&c));
		} else if (r != -ENOENT && unread++ == 0) {
			first = now;
			fail_in(&first, "%s", *ids);
		}
	}
	if (!unread)
		return;
	if (unread > 1)
		fail_in(&first, "%d containers cannot be read, the first", unread);
	fail_in(&first, "warning");
	first.err = 0;
	*f = first;
}

static void print_cell(const json_t *value, int width, FILE *out)
{
	if (json_is_integer(value))
		fprintf(out, "%-*lld", width, (long long)json_integer_value(value));
	else
		fprintf(out, "%-*s", width,
			json_is_string(value) ? json_string_value(value) : "");
}

static int width_of(const json_t *value)
{
	return json_is_integer(value) ? 10 : (int)json_string_length(value);
}

static void print_table(const json_t *all, FILE *out)
{
	int width[ARRAY_SIZE(columns)];
	const json_t *state;
	size_t i;

	for (size_t k = 0; k < ARRAY_SIZE(columns); k++) {
		width[k] = strlen(columns[k]);
		json_array_foreach(all, i, state) {
			int n = width_of(json_object_get(state, columns[k]));
			width[k] = n > width[k] ? n : width[k];
		}
		for (const char *c = columns[k]; *c; c++)
			fputc(*c - ('a' - 'A'), out);
		fprintf(out, "%*s", width[k] - (int)strlen(columns[k]) + 2, "");
	}
	json_array_foreach(all, i, state) {
		fputc('\n', out);
		for (size_t k = 0; k < ARRAY_SIZE(columns); k++)
			print_cell(json_object_get(state, columns[k]), width[k] + 2, out);
	}
	fputc('\n', out);
}

static void print_ids(const json_t *all, FILE *out)
{
	const json_t *state;
	size_t i;

	json_array_foreach(all, i, state)
		fprintf(out, "%s\n", json_string_value(json_object_get(state, "id")));
}

static int print(const json_t *all, char format, struct failure *f)
{
	if (format == 'j')
		return command_print(all, f);
	(format == 'q' ? print_ids : print_table)(all, stdout);
	if (fflush(stdout) == EOF || ferror(stdout))
		return fail(f, errno, "standard output") ? 1 : 0;
	return 0;
}

/* 't'able, 'j'son or 'q'uiet; 0 with the reason in f. */
static char read_format(int argc, char **argv, struct failure *f)
{
	static const struct option options[] = { { "format", required_argument, NULL,
							 'f' },
		{ "quiet", no_argument, NULL, 'q' }, { 0 } };
	bool quiet = false;
	char format = 't';
	int c;

	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":f:q", options, NULL)) != -1) {
		bool known =
			c == 'f' && (!strcmp(optarg, "table") || !strcmp(optarg, "json"));
		if (c != 'q' && !known)
			return command_usage(&command_list, f, "%s: not understood",
				       argv[optind - 1]) == 0;
		if (known)
			format = *optarg;
		quiet |= c == 'q';
	}
	if (optind < argc)
		return command_usage(&command_list, f, "too many arguments: %s",
			       argv[optind]) == 0;
	return quiet ? 'q' : format;
}

static int list(const struct globals *g, int argc, char **argv, struct failure *f)
{
	char format = read_format(argc, argv, f);

	if (!format)
		return 1;
	char **ids = container_ids(g);
	if (!ids)
		return fail(f, errno ? errno : ENOMEM, "%s", g->root) ? 1 : 0;
	json_auto_t *all = json_array();
	add_rows(g, ids, all, f);
	for (char **id = ids; *id; id++)
		free(*id);
	free(ids);
	return print(all, format, f);
}

const struct command command_list = {
	.name = "list",
	.about = "the containers there are",
	.usage = "[OPTION]...\n"
		 "  -f, --format FORMAT  table (default) or json\n"
		 "  -q, --quiet          only their ids",
	.run = list,
};
