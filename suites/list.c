#include <fnmatch.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "case.h"
#include "facts/fact.h"
#include "probe.h"
#include "verb.h"

static void list_probes(const char *glob)
{
	for (size_t i = 0; i < probe_count; i++)
		if (fnmatch(glob, probe_table[i].name, 0) == 0)
			printf("probe  %-32s %s\n", probe_table[i].name,
				probe_table[i].probe->about);
}

static void list_facts(const char *glob)
{
	for (size_t i = 0; i < fact_count; i++)
		if (fnmatch(glob, fact_table[i].name, 0) == 0)
			printf("fact   %-32s %s\n", fact_table[i].name,
				fact_table[i].fact->about);
}

/* A case that cannot be read is listed with the reason. */
static void list_cases(const struct fixtures *fx, const char *glob)
{
	char **paths = fixtures_list(fx, "cases");
	char why[1024];
	struct kase k;

	for (size_t i = 0; paths && paths[i]; i++) {
		_cleanup_free_ char *name = case_name(paths[i]);
		if (name && fnmatch(glob, name, 0) == 0) {
			if (case_load(fx, paths[i], &k, why, sizeof(why)) < 0) {
				printf("case   %-32s (cannot be read: %s)\n", name, why);
			} else {
				printf("case   %-32s %s\n", name, k.obligation);
				case_free(&k);
			}
		}
		free(paths[i]);
	}
	free(paths);
}

static enum exit_code run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "fixtures", required_argument, NULL, 'F' }, { 0 }
	};
	const char *given = NULL;
	struct fixtures fx;
	char why[512];
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c != 'F')
			return verb_usage("list",
				"%s: unknown option, or its value is missing",
				argv[optind - 1]);
		given = optarg;
	}
	if (fixtures_find(given, &fx, why, sizeof(why)) < 0)
		return verb_usage("list", "%s", why);
	const char *glob = optind < argc ? argv[optind] : "*";
	list_probes(glob);
	list_cases(&fx, glob);
	list_facts(glob);
	if (fflush(stdout) == EOF)
		return verb_error("list", "stdout: %m");
	fprintf(stderr, "fixtures: %s\n", *fx.dir ? fx.dir : "embedded");
	return EXIT_OK;
}

const struct verb verb_list = {
	.about = "the probes, cases and facts there are",
	.help = "Usage: plimsoll list [--fixtures DIR] [GLOB]\n\n"
		"Lists probes (questions to the kernel), cases (obligations of a runtime) and facts\n"
		"(what a case can look at), one on a line, and on stderr where the fixtures are.\n\n"
		"Examples:\n"
		"  plimsoll list 'idmap/*'\n"
		"  plimsoll list | grep ^case\n",
	.run = run,
};
