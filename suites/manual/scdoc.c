/* Man pages, in the language of scdoc(5). */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "help.h"
#include "manual.h"

/* What it does to a probe and to a case. */
static const struct {
	const char *probe, *kase;
} outcomes[OUTCOME_COUNT] = {
	[OUTCOME_PASS] = { "It is there and works, shown by its effect.",
		"The runtime kept the obligation." },
	[OUTCOME_FAIL] = { "It is there and breaks its contract.",
		"The runtime broke it; the kind says how." },
	[OUTCOME_ABSENT] = { "This kernel does not offer it.",
		"Not asked: the kernel cannot." },
	[OUTCOME_DENIED] = { "A policy forbids it: the cause names it, the remedy lifts it.",
		"Not asked: a policy forbids it." },
	[OUTCOME_ERROR] = { "We failed to ask.",
		"The fixture or plimsoll itself is at fault." },
};

static const char *const kinds[KIND_COUNT] = {
	[KIND_SILENTLY_IGNORED] = "Accepted, exit status 0, and not done: the worst.",
	[KIND_WRONG] = "Accepted, and done differently.",
	[KIND_REFUSED] = "The kernel can, the runtime would not.",
	[KIND_CLAIM_FALSE] = "_features_ claims what is not so.",
	[KIND_CLAIM_MISSING] = "_features_ keeps quiet about what is so.",
	[KIND_RESIDUE] = "Something was left on the host.",
};

/* Options within a text are bold; nothing else in it is markup. */
static void say(FILE *out, const char *text)
{
	bool bold = false;

	for (const char *at = text; *at; at++) {
		bool starts = at == text || strchr(" (", at[-1]);
		if (!bold && starts && !strncmp(at, "--", 2) && at[2] >= 'a' &&
			at[2] <= 'z') {
			putc('*', out);
			bold = true;
		} else if (bold && *at != '-' && (*at < 'a' || *at > 'z')) {
			putc('*', out);
			bold = false;
		}
		if (strchr("\\_*#+`<>[]|~", *at))
			putc('\\', out);
		putc(*at, out);
	}
	if (bold)
		putc('*', out);
}

/* What is part of one elsewhere, as a sentence. */
static void say_sentence(FILE *out, const char *text)
{
	size_t len = strlen(text);

	putc(toupper((unsigned char)*text), out);
	say(out, text + 1);
	if (len && !strchr(".?!", text[len - 1]))
		putc('.', out);
}

static void section(FILE *out, const char *title)
{
	fprintf(out, "\n# %s\n\n", title);
}

static void paragraphs(FILE *out, const char *text)
{
	char *part;

	while ((part = help_paragraph(&text))) {
		say(out, part);
		fputs("\n\n", out);
		free(part);
	}
}

static void option(FILE *out, const struct option_row *row)
{
	fprintf(out, "*--%s*", row->name);
	if (row->value) {
		fputs(" _", out);
		say(out, row->value);
		putc('_', out);
	}
	fputs("\n\t", out);
	say_sentence(out, row->about);
	if (option_repeats(row))
		fputs(" May be given several times.", out);
	if (row->more) {
		putc(' ', out);
		say(out, row->more);
	}
	fputs("\n\n", out);
}

static void table_head(
	FILE *out, const char *first, const char *second, const char *third)
{
	fprintf(out, "|[ *%s*\n:< *%s*\n", first, second);
	if (third)
		fprintf(out, ":< *%s*\n", third);
}

static void table_row(FILE *out, const char *name, const char *about)
{
	fputs("|  ", out);
	say(out, name);
	fputs("\n:  ", out);
	say(out, about);
	putc('\n', out);
}

static void names(FILE *out, enum completion completes)
{
	if (!manual_list(completes))
		return;
	_cleanup_choices_ struct choices c = manual_choices(completes);
	bool formats = completes == COMPLETES_FORMAT;
	section(out, formats ? "FORMATS" : "PROFILES");
	table_head(out, formats ? "Format" : "Profile", "What it is", NULL);
	for (size_t i = 0; i < c.count; i++)
		table_row(out, c.items[i].name, c.items[i].about);
}

static void examples(FILE *out, const struct verb_example *list)
{
	section(out, "EXAMPLES");
	for (; list->command; list++) {
		say_sentence(out, list->about);
		fprintf(out, "\n\n```\n$ %s\n```\n\n", list->command);
	}
}

static void head(FILE *out, const char *page)
{
	fprintf(out, "%s(1) \"plimsoll %s\" \"plimsoll\"\n", page, PLIMSOLL_VERSION);
}

static void exit_status(FILE *out)
{
	char code[16];

	fputs("Where several are due, it is the first of 4, 1, 3 and 0 that applies.\n\n",
		out);
	table_head(out, "Code", "Meaning", NULL);
	for (const struct exit_meaning *e = exit_meanings; e->meaning; e++) {
		snprintf(code, sizeof(code), "%d", e->code);
		table_row(out, code, e->more);
	}
}

static void see_also(FILE *out, const char *but)
{
	section(out, "SEE ALSO");
	if (but)
		fputs("*plimsoll*(1)", out);
	for (size_t i = 0; i < verb_count; i++)
		if (!but || strcmp(verb_table[i].name, but))
			fprintf(out, "%s*plimsoll-%s*(1)", but || i ? ", " : "",
				verb_table[i].name);
	putc('\n', out);
}

void manual_verb(FILE *out, const char *name, const struct verb *verb)
{
	char page[64];

	snprintf(page, sizeof(page), "plimsoll-%s", name);
	head(out, page);
	section(out, "NAME");
	fprintf(out, "%s - ", page);
	say(out, verb->about);
	putc('\n', out);
	section(out, "SYNOPSIS");
	fprintf(out, "*plimsoll %s* ", name);
	say(out, verb->usage);
	putc('\n', out);
	section(out, "DESCRIPTION");
	paragraphs(out, verb->text);
	paragraphs(out, verb->manual);
	section(out, "OPTIONS");
	for (const struct option_row *row = verb->options; row->name; row++)
		option(out, row);
	fputs("*--help*\n\tA screenful of help.\n\n", out);
	names(out, verb->lists);
	section(out, "EXIT STATUS");
	paragraphs(out, verb->notes);
	fputs("*plimsoll*(1) has the exit codes of all verbs.\n", out);
	examples(out, verb->examples);
	see_also(out, name);
}

static void verbs(FILE *out)
{
	for (size_t i = 0; i < verb_count; i++) {
		fprintf(out, "*plimsoll %s* ", verb_table[i].name);
		say(out, verb_table[i].verb->usage);
		fputs("\n\t", out);
		say_sentence(out, verb_table[i].verb->about);
		fputs("\n\n", out);
	}
}

static void outcome_table(FILE *out)
{
	section(out, "OUTCOMES");
	fputs("What a probe or a case comes to:\n\n", out);
	table_head(out, "Outcome", "A probe", "A case");
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		table_row(out, outcome_name(i), outcomes[i].probe);
		fprintf(out, ":  %s\n", outcomes[i].kase);
	}
	fputs("\n## Kinds of fail\n\nHow a runtime broke an obligation:\n\n", out);
	table_head(out, "Kind", "Meaning", NULL);
	for (int i = KIND_NONE + 1; i < KIND_COUNT; i++)
		fprintf(out, "|  %s\n:  %s\n", kind_name(i), kinds[i]);
	fputs("\n## Faults\n\nWho has to act, of whatever did not pass: ", out);
	for (int i = FAULT_NONE + 1; i < FAULT_COUNT; i++)
		fprintf(out, "%s%s", fault_name(i), i + 1 < FAULT_COUNT ? ", " : ".\n");
}

static void surroundings(FILE *out)
{
	section(out, "ENVIRONMENT");
	fputs("*NO_COLOR*\n\tIf it is set and not empty, nothing is coloured.\n\n"
	      "*TERM*\n\tOn a _dumb_ terminal, nothing is coloured.\n",
		out);
	section(out, "FILES");
	fputs("_PREFIX_/share/plimsoll/fixtures\n\tThe cases, profiles and schemas, beside the "
	      "program. Where there are none, the copy inside the program is used.\n",
		out);
}

void manual_program(FILE *out)
{
	static const struct verb_example list[] = {
		{ "plimsoll", "one screen about this host" },
		{ "plimsoll preflight kubernetes-userns",
			"is it ready for pods in user namespaces?" },
		{ "plimsoll run --runtime runc",
			"which obligations does this runtime break?" },
		{ "plimsoll boot 5.10.deb 6.1.deb", "what changed between two kernels?" },
		{ 0 },
	};

	head(out, "plimsoll");
	section(out, "NAME");
	fputs("plimsoll - what can this kernel safely carry?\n", out);
	section(out, "SYNOPSIS");
	fputs("*plimsoll* [_VERB_ [_ARG_...]]\n\n*plimsoll help* [_VERB_]\n\n"
	      "*plimsoll --version*\n",
		out);
	section(out, "DESCRIPTION");
	say(out, HELP_ABOUT);
	fputs("\n\nA probe asks the kernel one question, by behaviour. A case states one "
	      "obligation of a container runtime, and how to see it kept. Both make the same "
	      "kind of record, and a report is made of records: it says, for every line, what "
	      "happened, whose fault it is, and what to do about it.\n\n"
	      "With no argument: a one-screen summary of this host.\n",
		out);
	section(out, "VERBS");
	verbs(out);
	outcome_table(out);
	section(out, "EXIT STATUS");
	exit_status(out);
	surroundings(out);
	examples(out, list);
	see_also(out, NULL);
}
