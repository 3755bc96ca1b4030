#include <fnmatch.h>
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
	const char *fixtures; /* --fixtures */
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

static const char *const formats[] = {
	[FORMAT_TABLE] = "table", [FORMAT_WIDE] = "wide", [FORMAT_JSON] = "json", NULL
};

static const struct option_row options[] = {
	{ .name = "format",
		.value = "FORMAT",
		.kind = OPTION_WORD,
		.at = offsetof(struct listing, format),
		.completes = COMPLETES_WORDS,
		.words = formats,
		.about =
			"as table (default), wide: with since, man page, kernel configuration "
			"and who needs it, or json: all there is to say" },
	OPTION_FIXTURES(struct listing, fixtures, "cases from there"),
	{ 0 },
};

static enum exit_code run(int argc, char **argv)
{
	json_auto_t *json = json_array();
	struct listing l = { .json = json };
	struct operands operands;
	struct fixtures fx;
	char why[512];

	enum exit_code code = options_parse(options, argc, argv, &l, &operands);
	if (code != EXIT_OK)
		return code;
	if (operands.count > 1)
		return verb_usage("list", "one GLOB, not %zu: quote it, as 'idmap/*'",
			operands.count);
	l.glob = operands.count ? operands.words[0] : "*";
	if (fixtures_find(l.fixtures, &fx, why, sizeof(why)) < 0)
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

static const struct verb_example examples[] = {
	{ "plimsoll list 'idmap/*'", "whatever there is on id mappings" },
	{ "plimsoll list --format json | jq -r '.[] | select(.since == \"6.3\") | .name'",
		"what came with Linux 6.3" },
	{ 0 },
};

const struct verb verb_list = {
	.about = "the probes, cases and facts there are",
	.usage = "[OPTION]... [GLOB]",
	.text = "Lists probes (questions to the kernel), cases (obligations of a runtime) and "
		"facts (what a case can look at), one on a line, and on stderr where the "
		"fixtures are.",
	.options = options,
	.operand = "GLOB",
	.completes = COMPLETES_NAME,
	.manual =
		"GLOB is matched against whole names, in which * stands for anything: 'idmap/*' "
		"has probes and cases alike. Without one, everything is listed. It is an error "
		"if nothing is called so.\n\n"
		"A case that cannot be read is listed with the reason.",
	.examples = examples,
	.run = run,
};
