/* plimsoll-manual: writes man pages and completions while plimsoll is built; not installed. */
#include <stdlib.h>
#include <string.h>

#include "manual.h"

struct choices manual_choices(enum completion completes)
{
	struct choices c = { .count = 0 };

	if (choices_of(completes, &c) < 0) {
		fputs("plimsoll-manual: out of memory\n", stderr);
		exit(EXIT_ERROR);
	}
	return c;
}

const char *manual_list(enum completion completes)
{
	static const char *const lists[COMPLETES_COUNT] = {
		[COMPLETES_FORMAT] = "formats",
		[COMPLETES_PROBE] = "probes",
		[COMPLETES_CASE] = "cases",
		[COMPLETES_NAME] = "names",
		[COMPLETES_PROFILE] = "profiles",
	};

	return lists[completes];
}

bool manual_area(const struct choices *c, size_t i, char *area, size_t size)
{
	const char *name = c->items[i].name, *slash = strchr(name, '/');
	size_t len = slash ? slash - name + 1 : 0;

	snprintf(area, size, "%.*s", (int)len, name);
	return slash && (i == 0 || strncmp(c->items[i - 1].name, name, len));
}

void manual_quoted(FILE *out, const char *text)
{
	for (; *text; text++)
		fputs(*text == '\'' ? "'\\''" : (char[]) { *text, '\0' }, out);
}

/* For tests: every option there is, "probe path DIR". */
static void list_options(FILE *out)
{
	for (size_t i = 0; i < verb_count; i++)
		for (const struct option_row *row = verb_table[i].verb->options;
			row->name; row++)
			fprintf(out, "%s %s %s\n", verb_table[i].name, row->name,
				row->value ? row->value : "");
}

static enum exit_code scdoc(const char *name)
{
	const struct verb *verb = verb_find(name);

	if (!strcmp(name, "plimsoll"))
		manual_program(stdout);
	else if (verb)
		manual_verb(stdout, name, verb);
	return verb || !strcmp(name, "plimsoll") ? EXIT_OK : EXIT_USAGE;
}

/* Behind what is known comes the script that uses it. */
static enum exit_code append(FILE *out, const char *path)
{
	_cleanup_fclose_ FILE *in = path ? fopen(path, "re") : NULL;
	int c;

	if (!path)
		return EXIT_OK;
	if (!in) {
		fprintf(stderr, "plimsoll-manual: %s: %m\n", path);
		return EXIT_ERROR;
	}
	while ((c = getc(in)) != EOF)
		putc(c, out);
	return ferror(in) ? EXIT_ERROR : EXIT_OK;
}

static enum exit_code write_text(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*write)(FILE *out);
	} texts[] = {
		{ "bash", manual_bash },
		{ "zsh", manual_zsh },
		{ "fish", manual_fish },
		{ "options", list_options },
	};

	if (argc == 3 && !strcmp(argv[1], "scdoc"))
		return scdoc(argv[2]);
	for (size_t i = 0; argc >= 2 && argc <= 3 && i < ARRAY_SIZE(texts); i++) {
		if (strcmp(argv[1], texts[i].name))
			continue;
		texts[i].write(stdout);
		return append(stdout, argv[2]);
	}
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	enum exit_code code = write_text(argc, argv);

	if (code == EXIT_USAGE)
		fputs("Usage: plimsoll-manual scdoc plimsoll|VERB, or bash|zsh|fish [SCRIPT]\n",
			stderr);
	return fflush(stdout) == EOF || ferror(stdout) ? EXIT_ERROR : code;
}
