/* What plimsoll.zsh has to know. */
#include <string.h>

#include "manual.h"

/* For 'NAME:DESCRIPTION' and '--name[DESCRIPTION]': what would end either is escaped. */
static void say(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("\\:[]", *text))
			putc('\\', out);
		manual_quoted(out, (char[]) { *text, '\0' });
	}
}

static void list(FILE *out, enum completion completes)
{
	_cleanup_choices_ struct choices c = manual_choices(completes);
	const char *name = manual_list(completes);
	char area[128];

	fprintf(out, "_plimsoll_%s()\n{\n	local -a list=(\n", name);
	for (size_t i = 0; i < c.count; i++) {
		if (manual_area(&c, i, area, sizeof(area)))
			fprintf(out, "		'%s*:all of these'\n", area);
		fprintf(out, "		'%s:", c.items[i].name);
		say(out, c.items[i].about);
		fputs("'\n", out);
	}
	fprintf(out, "	)\n	_describe -t %s %s list\n}\n\n", name, name);
}

static void verb_names(FILE *out)
{
	fputs("_plimsoll_verbs()\n{\n	local -a list=(\n", out);
	for (size_t i = 0; i < verb_count; i++) {
		fprintf(out, "		'%s:", verb_table[i].name);
		say(out, verb_table[i].verb->about);
		fputs("'\n", out);
	}
	fputs("		'help:help on a verb'\n	)\n	_describe -t verbs verb list\n}\n\n",
		out);
}

/* An action of _arguments. */
static void action(FILE *out, enum completion completes, const char *const *words)
{
	static const char *const actions[COMPLETES_COUNT] = {
		[COMPLETES_NOTHING] = " ",
		[COMPLETES_FILE] = "_files",
		[COMPLETES_DIRECTORY] = "_directories",
		[COMPLETES_USER] = "_users",
		[COMPLETES_WORDS] = "(",
		[COMPLETES_COMMAS] = "_plimsoll_commas",
		[COMPLETES_RUNTIME] = "_plimsoll_runtimes",
		[COMPLETES_PROFILE] = "_plimsoll_profile",
	};
	const char *name = manual_list(completes);

	if (actions[completes])
		fputs(actions[completes], out);
	else
		fprintf(out, "_plimsoll_%s", name);
	for (size_t i = 0; words && words[i]; i++) {
		if (i || completes == COMPLETES_COMMAS)
			putc(' ', out);
		say(out, words[i]);
	}
	if (completes == COMPLETES_WORDS)
		putc(')', out);
}

static void option(FILE *out, const struct option_row *row)
{
	fprintf(out, "			'%s--%s%s[", option_repeats(row) ? "*" : "",
		row->name, row->value ? "=" : "");
	say(out, row->about);
	putc(']', out);
	if (row->value) {
		putc(':', out);
		say(out, row->value);
		putc(':', out);
	}
	if (row->value && row->completes == COMPLETES_FORMAT && option_repeats(row))
		fputs("_plimsoll_reports", out);
	else if (row->value)
		action(out, row->completes, row->words);
	fputs("' \\\n", out);
}

void manual_zsh(FILE *out)
{
	fputs("#compdef plimsoll\n# Completion of plimsoll for zsh. Written by "
	      "plimsoll-manual.\n\n",
		out);
	for (int i = 0; i < COMPLETES_COUNT; i++)
		if (manual_list(i))
			list(out, i);
	verb_names(out);
	fputs("_plimsoll_arguments()\n{\n	case $words[1] in\n", out);
	for (size_t i = 0; i < verb_count; i++) {
		const struct verb *verb = verb_table[i].verb;
		fprintf(out, "	%s)\n		_arguments -S \\\n", verb_table[i].name);
		for (const struct option_row *row = verb->options; row->name; row++)
			option(out, row);
		fputs("			'--help[a screenful of help]'", out);
		if (verb->operand) {
			fprintf(out, " \\\n			'*:%s:", verb->operand);
			action(out, verb->completes, NULL);
			putc('\'', out);
		}
		fputs(" ;;\n", out);
	}
	fputs("	esac\n}\n\n", out);
}
