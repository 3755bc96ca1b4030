/* What plimsoll.fish has to know. */
#include <string.h>

#include "manual.h"

/* Within '...' of fish the backslash and the quote are escaped. */
static void say(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("\\'", *text))
			putc('\\', out);
		putc(*text, out);
	}
}

/* A function that prints names and what they are, a tab between. */
static void list(FILE *out, enum completion completes)
{
	_cleanup_choices_ struct choices c = manual_choices(completes);
	char area[128];

	fprintf(out, "\nfunction __plimsoll_%s\n    printf '%%s\\t%%s\\n'",
		manual_list(completes));
	for (size_t i = 0; i < c.count; i++) {
		if (manual_area(&c, i, area, sizeof(area)))
			fprintf(out, " \\\n        '%s*' 'all of these'", area);
		fprintf(out, " \\\n        %s '", c.items[i].name);
		say(out, c.items[i].about);
		putc('\'', out);
	}
	fputs("\nend\n", out);
}

/* The arguments of complete(1) that say what is offered. */
static void offer(FILE *out, enum completion completes, const char *const *words)
{
	static const char *const offers[COMPLETES_COUNT] = {
		[COMPLETES_NOTHING] = "",
		[COMPLETES_FILE] = " -F",
		[COMPLETES_DIRECTORY] =
			" -a '(__fish_complete_directories (commandline -ct))'",
		[COMPLETES_USER] = " -a '(__fish_complete_users)'",
		[COMPLETES_WORDS] = " -a '",
		[COMPLETES_COMMAS] = " -a '(__plimsoll_commas",
		[COMPLETES_RUNTIME] = " -F -a 'runc crun youki reference'",
		[COMPLETES_PROFILE] =
			" -a '(__plimsoll_profiles; __fish_complete_suffix .json)'",
	};

	if (offers[completes])
		fputs(offers[completes], out);
	else
		fprintf(out, " -a '(__plimsoll_%s)'", manual_list(completes));
	for (size_t i = 0; words && words[i]; i++) {
		if (i || completes == COMPLETES_COMMAS)
			putc(' ', out);
		say(out, words[i]);
	}
	if (words)
		fputs(completes == COMPLETES_COMMAS ? ")'" : "'", out);
}

static void option(FILE *out, const char *verb, const struct option_row *row)
{
	fprintf(out, "complete -c plimsoll -n '__plimsoll_is %s' -l %s%s -d '", verb,
		row->name, row->value ? " -r" : "");
	say(out, row->about);
	putc('\'', out);
	if (row->value)
		offer(out, row->completes, row->words);
	putc('\n', out);
}

static void verb_name(FILE *out, const char *name, const char *about)
{
	static const char *const places[] = { "", " help", " guest" };
	bool measures = !strcmp(name, "probe") || !strcmp(name, "preflight") ||
		!strcmp(name, "run");

	for (size_t i = 0; i < ARRAY_SIZE(places) - !measures; i++) {
		fprintf(out, "complete -c plimsoll -n '__plimsoll_is%s' -a %s -d '",
			places[i], name);
		say(out, about);
		fputs("'\n", out);
	}
}

void manual_fish(FILE *out)
{
	fputs("# Completion of plimsoll for fish. Written by plimsoll-manual.\n"
	      "complete -c plimsoll -f\n",
		out);
	for (int i = 0; i < COMPLETES_COUNT; i++)
		if (manual_list(i))
			list(out, i);
	fputs("\ncomplete -c plimsoll -n __plimsoll_is -a help -d 'help on a verb'\n"
	      "complete -c plimsoll -n __plimsoll_is -l version -d 'the version'\n"
	      "complete -c plimsoll -l help -d 'a screenful of help'\n",
		out);
	for (size_t i = 0; i < verb_count; i++)
		verb_name(out, verb_table[i].name, verb_table[i].verb->about);
	for (size_t i = 0; i < verb_count; i++) {
		const struct verb *verb = verb_table[i].verb;
		const char *name = verb_table[i].name;
		putc('\n', out);
		for (const struct option_row *row = verb->options; row->name; row++)
			option(out, name, row);
		fprintf(out, "complete -c plimsoll -n '__plimsoll_is %s'", name);
		/* -F would go for the values of all options, too. */
		if (verb->completes == COMPLETES_FILE)
			fputs(" -a '(__fish_complete_path (commandline -ct))'", out);
		else
			offer(out, verb->completes, NULL);
		putc('\n', out);
	}
	putc('\n', out);
}
