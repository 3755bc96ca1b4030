#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "reporter.h"
#include "verb.h"

#define COUNT_MOST   64
#define SECONDS_MOST 86400
#define ROWS_MOST    64
#define ROW_FIRST    256 /* above any character: what getopt_long(3) returns for the first */

struct parsing {
	const char *verb;
	const struct option_row *rows;
	size_t count;
	void *args;
};

bool option_repeats(const struct option_row *row)
{
	return row->kind == OPTION_LIST || row->repeats;
}

bool option_names(char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (fnmatch(names[i], name, 0) == 0)
			return true;
	return count == 0;
}

int option_format(void *args, char *value, char *why, size_t why_size)
{
	if (reporter_find(value))
		return 0;
	snprintf(why, why_size, "there is no format \"%s\" (plimsoll report --formats)",
		value);
	return -EINVAL;
}

/* --- values --- */

static void *member(const struct parsing *p, size_t at)
{
	return (char *)p->args + at;
}

static enum exit_code wrong(const struct parsing *p, const struct option_row *row,
	const char *wants, const char *value)
{
	return verb_usage(p->verb, "--%s wants %s, not \"%s\"", row->name, wants, value);
}

static bool read_number(const char *text, unsigned long most, unsigned long *ret)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end || n < 1 || (unsigned long)n > most)
		return false;
	*ret = n;
	return true;
}

static enum exit_code take_number(
	const struct parsing *p, const struct option_row *row, const char *value)
{
	unsigned long n, most = row->kind == OPTION_COUNT ? COUNT_MOST : row->most;
	char wants[64];

	if (!read_number(value, most, &n)) {
		snprintf(wants, sizeof(wants), "a number from 1 to %lu", most);
		return wrong(p, row, wants, value);
	}
	if (row->kind == OPTION_COUNT)
		*(size_t *)member(p, row->at) = n;
	else
		*(unsigned *)member(p, row->at) = n;
	return EXIT_OK;
}

static enum exit_code take_seconds(
	const struct parsing *p, const struct option_row *row, const char *value)
{
	char *end;
	double s = strtod(value, &end);

	if (end == value || *end || !(s >= 0.001 && s <= SECONDS_MOST))
		return wrong(p, row, "seconds, as 2.5, at most a day", value);
	*(int *)member(p, row->at) = (int)(s * 1000);
	return EXIT_OK;
}

/* "kvm, tcg or auto" */
static void join_words(const char *const *words, char *text, size_t size)
{
	size_t len = 0;

	*text = '\0';
	for (size_t i = 0; words[i] && len < size; i++)
		len += snprintf(text + len, size - len, "%s%s",
			i == 0                 ? ""
				: words[i + 1] ? ", "
					       : " or ",
			words[i]);
}

static int find_word(const struct option_row *row, const char *value)
{
	for (int i = 0; row->words[i]; i++)
		if (!strcmp(row->words[i], value))
			return i;
	return -EINVAL;
}

static enum exit_code check_word(
	const struct parsing *p, const struct option_row *row, const char *value)
{
	char words[400];

	if (!row->words || row->completes != COMPLETES_WORDS ||
		find_word(row, value) >= 0)
		return EXIT_OK;
	join_words(row->words, words, sizeof(words));
	return wrong(p, row, words, value);
}

static enum exit_code take_word(
	const struct parsing *p, const struct option_row *row, const char *value)
{
	enum exit_code code = check_word(p, row, value);

	if (code == EXIT_OK)
		*(int *)member(p, row->at) = find_word(row, value);
	return code;
}

static enum exit_code call(
	const struct parsing *p, const struct option_row *row, char *value)
{
	char why[1024] = "";
	int r = row->take ? row->take(p->args, value, why, sizeof(why)) : 0;

	if (r == -ENOMEM)
		return verb_error(p->verb, "out of memory");
	return r < 0 ? verb_usage(p->verb, "--%s: %s", row->name, why) : EXIT_OK;
}

static enum exit_code take_text(
	const struct parsing *p, const struct option_row *row, char *value)
{
	enum exit_code code = check_word(p, row, value);

	if (code == EXIT_OK)
		code = call(p, row, value);
	if (code == EXIT_OK)
		memcpy(member(p, row->at), &value, sizeof(value));
	return code;
}

static enum exit_code take_item(
	const struct parsing *p, const struct option_row *row, char *value)
{
	enum exit_code code = check_word(p, row, value);
	size_t *count = member(p, row->count_at);

	if (code != EXIT_OK)
		return code;
	if (*count == row->most)
		return verb_usage(p->verb, "--%s is given more than %u times", row->name,
			row->most);
	memcpy(member(p, row->at + (*count)++ * sizeof(value)), &value, sizeof(value));
	return EXIT_OK;
}

static enum exit_code take(
	const struct parsing *p, const struct option_row *row, char *value)
{
	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)member(p, row->at) = true;
		return EXIT_OK;
	case OPTION_TEXT:
		return take_text(p, row, value);
	case OPTION_LIST:
		return take_item(p, row, value);
	case OPTION_COUNT:
	case OPTION_NUMBER:
		return take_number(p, row, value);
	case OPTION_SECONDS:
		return take_seconds(p, row, value);
	case OPTION_WORD:
		return take_word(p, row, value);
	case OPTION_CALL:
		return call(p, row, value);
	}
	return EXIT_ERROR;
}

/* --- what is no option --- */

/* How many letters have to be changed, added or taken away; many, if the words are long. */
static size_t distance(const char *a, const char *b)
{
	size_t row[33], width = strlen(b);

	if (strlen(a) > 32 || width > 32)
		return 32;
	for (size_t k = 0; k <= width; k++)
		row[k] = k;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0]++;
		for (size_t k = 0; k < width; k++) {
			size_t changed = diagonal + (a[i] != b[k]);
			diagonal = row[k + 1];
			size_t least = row[k] < diagonal ? row[k] : diagonal;
			row[k + 1] = changed < least + 1 ? changed : least + 1;
		}
	}
	return row[width];
}

bool option_is_near(const char *word, const char *name)
{
	size_t len = strlen(word), start = strlen(name);

	if (start > 3 && len > start && !strncmp(word, name, start)) /* "formatted" */
		return true;
	return distance(word, name) <= (len < 5 ? 1 : 2);
}

/* "; did you mean --format or --formats?"; "" if there is none like it. */
static void suggest(const struct parsing *p, const char *name, char *text, size_t size)
{
	size_t len = strlen(name), at = 0;

	*text = '\0';
	for (size_t i = 0; i < p->count && at < size; i++)
		if (!strncmp(p->rows[i].name, name, len) ||
			option_is_near(name, p->rows[i].name))
			at += snprintf(text + at, size - at, "%s--%s",
				at ? " or " : "; did you mean ", p->rows[i].name);
	if (at && at < size)
		snprintf(text + at, size - at, "?");
}

static enum exit_code no_such_option(const struct parsing *p, const char *word)
{
	size_t len = strcspn(word, "=");
	char meant[400] = "";

	if (optopt > 0 &&
		optopt < ROW_FIRST) /* of "-abc" getopt has not said where it is */
		return verb_usage(p->verb, "there is no option -%c", optopt);
	_cleanup_free_ char *name = strndup(word, len);
	if (name && len > 2)
		suggest(p, name + 2, meant, sizeof(meant));
	return verb_usage(p->verb, "there is no option %s%s", name ? name : "", meant);
}

/* getopt_long(3) has understood `c`, or not: then optopt and the word before optind tell more. */
static enum exit_code take_option(const struct parsing *p, int c, char **argv)
{
	bool ours = optopt >= ROW_FIRST && optopt < ROW_FIRST + (int)p->count;
	const struct option_row *row = ours ? &p->rows[optopt - ROW_FIRST] : NULL;

	if (c >= ROW_FIRST)
		return take(p, &p->rows[c - ROW_FIRST], optarg);
	if (c == ':' && row)
		return verb_usage(p->verb, "--%s has no value: --%s %s", row->name,
			row->name, row->value);
	if (row)
		return verb_usage(p->verb, "--%s takes no value", row->name);
	return no_such_option(p, argv[optind - 1]);
}

enum exit_code options_parse(const struct option_row *rows, int argc, char **argv,
	void *args, struct operands *ret_operands)
{
	struct option options[ROWS_MOST + 1] = { 0 };
	struct parsing p = { .verb = argv[0], .rows = rows, .args = args };
	enum exit_code code = EXIT_OK;
	int c;

	for (; rows[p.count].name && p.count < ROWS_MOST; p.count++)
		options[p.count] = (struct option) { .name = rows[p.count].name,
			.has_arg = rows[p.count].value ? required_argument : no_argument,
			.val = ROW_FIRST + (int)p.count };
	opterr = 0;
	optind = 0; /* a verb may be run by a child of another, which has read its own */
	optopt = 0;
	while (code == EXIT_OK && (c = getopt_long(argc, argv, ":", options, NULL)) != -1)
		code = take_option(&p, c, argv);
	*ret_operands = (struct operands) { argv + optind, argc - optind };
	return code;
}
