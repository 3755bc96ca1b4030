#include <fnmatch.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "case.h"
#include "catalogue.h"
#include "facts/fact.h"
#include "verb.h"

enum format { FORMAT_TABLE, FORMAT_WIDE, FORMAT_JSON };

/* What is listed, for the formats to come. */
struct listing {
	const struct fixtures *fx;
	const char *glob;
	enum format format;
	json_t *json; /* an array of objects */
};

static bool wanted(const struct listing *l, const char *name)
{
	return fnmatch(l->glob, name, 0) == 0;
}

static const char *text_of(const json_t *item, const char *key)
{
	const char *text = json_string_value(json_object_get(item, key));

	return text ? text : "-";
}

static void list_probes(struct listing *l)
{
	for (size_t i = 0; i < probe_count; i++)
		if (wanted(l, probe_table[i].name))
			json_array_append_new(l->json, catalogue_probe(&probe_table[i]));
}

static void list_facts(struct listing *l)
{
	for (size_t i = 0; i < fact_count; i++)
		if (wanted(l, fact_table[i].name))
			json_array_append_new(l->json,
				json_pack("{s:s, s:s, s:s}", "type", "fact", "name",
					fact_table[i].name, "about",
					fact_table[i].fact->about));
}

/* A case that cannot be read is listed with the reason. */
static json_t *case_item(const struct fixtures *fx, const char *path, const char *name)
{
	char why[1024];
	struct kase k;

	if (case_load(fx, path, &k, why, sizeof(why)) < 0)
		return json_pack("{s:s, s:s, s:s, s:s}", "type", "case", "name", name,
			"about", "(cannot be read)", "unreadable", why);
	json_t *item = json_pack("{s:s, s:s, s:s, s:s, s:s, s:O*}", "type", "case",
		"name", name, "about", k.obligation, "level", k.level, "spec", k.spec,
		"requires", k.requires);
	case_free(&k);
	return item;
}

static void list_cases(struct listing *l)
{
	char **paths = fixtures_list(l->fx, "cases");

	for (size_t i = 0; paths && paths[i]; i++) {
		_cleanup_free_ char *name = case_name(paths[i]);
		if (name && wanted(l, name))
			json_array_append_new(l->json, case_item(l->fx, paths[i], name));
		free(paths[i]);
	}
	free(paths);
}

/* One line each: for people, and for grep. */
static void print_table(const struct listing *l)
{
	size_t i;
	json_t *item;

	json_array_foreach(l->json, i, item) {
		const char *type = text_of(item, "type");
		printf("%-6s %-32s ", type, text_of(item, "name"));
		if (l->format == FORMAT_WIDE && !strcmp(type, "probe"))
			printf("%-6s %-28s %-30s %s; for %s\n", text_of(item, "since"),
				text_of(item, "man"), text_of(item, "kconfig"),
				text_of(item, "about"), text_of(item, "needed_by"));
		else
			printf("%s\n", text_of(item, "about"));
	}
}

static int parse(int argc, char **argv, struct listing *l, const char **fixtures)
{
	static const struct option options[] = { { "fixtures", required_argument, NULL,
							 'F' },
		{ "format", required_argument, NULL, 'f' }, { 0 } };
	static const char *const formats[] = {
		[FORMAT_TABLE] = "table", [FORMAT_WIDE] = "wide", [FORMAT_JSON] = "json"
	};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		size_t i = 0;
		if (c == 'F') {
			*fixtures = optarg;
			continue;
		}
		while (c == 'f' && i < ARRAY_SIZE(formats) && strcmp(formats[i], optarg))
			i++;
		if (c != 'f' || i == ARRAY_SIZE(formats))
			return -1;
		l->format = i;
	}
	l->glob = optind < argc ? argv[optind] : "*";
	return 0;
}

static enum exit_code run(int argc, char **argv)
{
	json_auto_t *json = json_array();
	struct listing l = { .json = json };
	const char *given = NULL;
	struct fixtures fx;
	char why[512];

	if (parse(argc, argv, &l, &given) < 0)
		return verb_usage("list",
			"%s: unknown option, or its value is missing or off",
			argv[optind - 1]);
	if (fixtures_find(given, &fx, why, sizeof(why)) < 0)
		return verb_usage("list", "%s", why);
	l.fx = &fx;
	list_probes(&l);
	list_cases(&l);
	list_facts(&l);
	if (json_array_size(json) == 0)
		return verb_usage("list", "nothing is called \"%s\"", l.glob);
	if (l.format == FORMAT_JSON) {
		json_dumpf(json, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		print_table(&l);
	}
	if (fflush(stdout) == EOF)
		return verb_error("list", "stdout: %m");
	fprintf(stderr, "fixtures: %s\n", *fx.dir ? fx.dir : "embedded");
	return EXIT_OK;
}

const struct verb verb_list = {
	.about = "the probes, cases and facts there are",
	.help = "Usage: plimsoll list [OPTION]... [GLOB]\n\n"
		"Lists probes (questions to the kernel), cases (obligations of a runtime) and facts\n"
		"(what a case can look at), one on a line, and on stderr where the fixtures are.\n\n"
		"  --format FORMAT  table (default); wide: with since, man page, kernel\n"
		"                   configuration and who needs it; json: all there is to say\n"
		"  --fixtures DIR   cases from there\n\n"
		"Examples:\n"
		"  plimsoll list 'idmap/*'\n"
		"  plimsoll list --format json | jq -r '.[] | select(.since == \"6.3\") | .name'\n",
	.run = run,
};
