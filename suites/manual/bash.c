/* What plimsoll.bash has to know. */
#include <string.h>

#include "manual.h"

static const char *kind_name_of(const struct option_row *row)
{
	static const char *const kinds[COMPLETES_COUNT] = {
		[COMPLETES_NOTHING] = "",
		[COMPLETES_FILE] = "file",
		[COMPLETES_DIRECTORY] = "directory",
		[COMPLETES_USER] = "user",
		[COMPLETES_WORDS] = "words",
		[COMPLETES_COMMAS] = "commas",
		[COMPLETES_RUNTIME] = "runtime",
	};
	const char *list = manual_list(row->completes);

	return list ? list : kinds[row->completes];
}

/* Names, and behind those of probes and cases their areas: 'net/' + asterisk. */
static void list(FILE *out, enum completion completes)
{
	_cleanup_choices_ struct choices c = manual_choices(completes);
	char area[128];

	fprintf(out, "_plimsoll_%s=(", manual_list(completes));
	for (size_t i = 0; i < c.count; i++)
		fprintf(out, "%s%s", i ? " " : "", c.items[i].name);
	for (size_t i = 0; i < c.count; i++)
		if (manual_area(&c, i, area, sizeof(area)))
			fprintf(out, " '%s*'", area);
	fputs(")\n", out);
}

static void verb_names(FILE *out)
{
	fputs("_plimsoll_runtime=(runc crun youki reference)\n_plimsoll_verbs=(", out);
	for (size_t i = 0; i < verb_count; i++)
		fprintf(out, "%s%s", i ? " " : "", verb_table[i].name);
	fputs(")\n\n", out);
}

static void option_names_of(FILE *out, const struct option_row *row, bool values)
{
	for (bool first = true; row->name; row++) {
		if (!row->value == values)
			continue;
		fprintf(out, "%s--%s", first ? "" : " ", row->name);
		first = false;
	}
}

static void declared(FILE *out)
{
	fputs("# The options of a verb, without and with a value, and what its operands are\n"
	      "_plimsoll_declared()\n{\n	case $1 in\n",
		out);
	for (size_t i = 0; i < verb_count; i++) {
		const struct verb *verb = verb_table[i].verb;
		const struct option_row operand = { .completes = verb->completes };
		fprintf(out, "	%s)\n		flags='", verb_table[i].name);
		option_names_of(out, verb->options, false);
		fputs("'\n		values='", out);
		option_names_of(out, verb->options, true);
		fprintf(out, "'\n		operand='%s' ;;\n",
			kind_name_of(&operand));
	}
	fputs("	*) return 1 ;;\n	esac\n}\n\n", out);
}

static void kinds(FILE *out)
{
	fputs("# What the value of an option is\n_plimsoll_kind()\n{\n	case $1 in\n",
		out);
	for (size_t i = 0; i < verb_count; i++) {
		for (const struct option_row *row = verb_table[i].verb->options;
			row->name; row++) {
			if (!*kind_name_of(row))
				continue;
			fprintf(out, "	'%s --%s') kind='%s'", verb_table[i].name,
				row->name, kind_name_of(row));
			if (row->words)
				fputs(" words='", out);
			for (size_t k = 0; row->words && row->words[k]; k++)
				fprintf(out, "%s%s", k ? " " : "", row->words[k]);
			fputs(row->words ? "' ;;\n" : " ;;\n", out);
		}
	}
	fputs("	esac\n}\n\n", out);
}

void manual_bash(FILE *out)
{
	fputs("# Completion of plimsoll for bash. Written by plimsoll-manual.\n"
	      "# shellcheck shell=bash disable=SC2034\n\n",
		out);
	for (int i = 0; i < COMPLETES_COUNT; i++)
		if (manual_list(i))
			list(out, i);
	verb_names(out);
	declared(out);
	kinds(out);
}
