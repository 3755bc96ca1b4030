#include <stdio.h>
#include <string.h>

#include "choices.h"
#include "help.h"
#include "page.h"

#define COLUMNS     80
#define OPTION_MOST 22 /* a longer one has its text on the next line */

const struct exit_meaning exit_meanings[] = {
	{ EXIT_OK, "nothing failed",
		"Nothing failed. What is absent or denied is no failure of itself." },
	{ EXIT_FAILED, "a fail",
		"Something is there and breaks its contract, an obligation was not kept, or a "
		"profile is not met." },
	{ EXIT_USAGE, "usage", "The command line is off; stderr says where." },
	{ EXIT_ERROR, "an error",
		"We failed to find something out, or a report could not be read or written." },
	{ EXIT_SILENTLY_IGNORED, "a silently-ignored",
		"A runtime accepted what it was asked for, exited 0 and did not do it." },
	{ EXIT_NOTHING_ASKED, "nothing could be asked",
		"Nothing at all could be asked here." },
	{ 0 },
};

static struct page page_of(FILE *out)
{
	return (struct page) { .out = out, .columns = COLUMNS };
}

char *help_paragraph(const char **text)
{
	const char *from = *text, *end = from ? strstr(from, "\n\n") : NULL;

	if (!from || !*from)
		return NULL;
	*text = end ? end + 2 : NULL;
	return end ? strndup(from, end - from) : strdup(from);
}

static void paragraphs(const struct page *p, const char *text)
{
	char *part;

	while ((part = help_paragraph(&text))) {
		putc('\n', p->out);
		page_wrap(p, 0, 0, part);
		free(part);
	}
}

void help_option(const struct option_row *row, char *text, size_t size)
{
	snprintf(text, size, "--%s%s%s", row->name, row->value ? " " : "",
		row->value ? row->value : "");
}

/* The column in which the texts begin. */
static int option_column(const struct option_row *rows)
{
	char head[100];
	int most = 0;

	for (; rows->name; rows++) {
		help_option(rows, head, sizeof(head));
		int width = page_width(head);
		if (width <= OPTION_MOST && width > most)
			most = width;
	}
	return most + 4;
}

static void options(const struct page *p, const struct option_row *rows)
{
	int column = option_column(rows);
	char head[100], about[400];

	if (rows->name)
		putc('\n', p->out);
	for (; rows->name; rows++) {
		help_option(rows, head, sizeof(head));
		snprintf(about, sizeof(about), "%s%s", rows->about,
			option_repeats(rows) ? " (repeatable)" : "");
		fprintf(p->out, "  %-*s", column - 2, head);
		if (page_width(head) + 4 > column)
			fprintf(p->out, "\n%*s", column, "");
		page_wrap(p, column, column, about);
	}
}

/* "Formats: text, tap, ..." */
static void names(const struct page *p, enum completion completes)
{
	_cleanup_choices_ struct choices c = { .count = 0 };
	const char *title = completes == COMPLETES_FORMAT ? "Formats: " : "Profiles: ";
	_cleanup_free_ char *text = NULL;
	size_t size;

	if (choices_of(completes, &c) < 0 || !c.count)
		return;
	_cleanup_fclose_ FILE *list = open_memstream(&text, &size);
	if (!list)
		return;
	for (size_t i = 0; i < c.count; i++)
		fprintf(list, "%s%s", c.items[i].name, i + 1 < c.count ? ", " : "");
	if (fflush(list) == EOF)
		return;
	fprintf(p->out, "\n%s", title);
	page_wrap(p, page_width(title), 2, text);
}

static int command_width(const struct verb_example *examples)
{
	int most = 0;

	for (; examples->command; examples++)
		if (page_width(examples->command) > most)
			most = page_width(examples->command);
	return most;
}

static bool fit_beside(const struct verb_example *examples, int width)
{
	for (; examples->command; examples++)
		if (2 + width + 2 + page_width(examples->about) > COLUMNS)
			return false;
	return true;
}

/* What it does beside each command, or where that is too wide for one of them, below. */
static void examples(const struct page *p, const struct verb_example *list)
{
	int width = command_width(list);
	bool beside = fit_beside(list, width);

	fputs("\nExamples:\n", p->out);
	for (; list->command; list++) {
		if (beside) {
			fprintf(p->out, "  %-*s  %s\n", width, list->command,
				list->about);
			continue;
		}
		fprintf(p->out, "  %s\n      ", list->command);
		page_wrap(p, 6, 6, list->about);
	}
}

void help_verb(FILE *out, const char *name, const struct verb *verb)
{
	const struct page p = page_of(out);

	fprintf(out, "Usage: plimsoll %s %s\n", name, verb->usage);
	paragraphs(&p, verb->text);
	options(&p, verb->options);
	names(&p, verb->lists);
	paragraphs(&p, verb->notes);
	examples(&p, verb->examples);
}

static void exit_codes(const struct page *p)
{
	char text[400] = "";
	size_t len = 0;

	for (const struct exit_meaning *e = exit_meanings; e->meaning; e++)
		len += snprintf(text + len, sizeof(text) - len, "%s%d %s",
			len ? ", " : "", e->code, e->meaning);
	snprintf(text + len, sizeof(text) - len, ".");
	fputs("Exit codes: ", p->out);
	page_wrap(p, 12, 0, text);
}

void help_program(FILE *out)
{
	const struct page p = page_of(out);

	fputs("plimsoll: ", out);
	page_wrap(&p, 10, 0, HELP_ABOUT);
	fputs("\nUsage: plimsoll [VERB [ARG...]]\n\n"
	      "With no argument: a one-screen summary of this host.\n\n",
		out);
	for (size_t i = 0; i < verb_count; i++) {
		fprintf(out, "  %-10s ", verb_table[i].name);
		page_wrap(&p, 13, 13, verb_table[i].verb->about);
	}
	fputs("\nplimsoll VERB --help tells more, or plimsoll help VERB.\n", out);
	exit_codes(&p);
}
