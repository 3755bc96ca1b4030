/* The command line of a verb, as options_parse() reads it. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "verb.h"

#define WORDS_MOST 16

struct args {
	bool flag;
	const char *text, *format;
	char *list[3];
	size_t list_count;
	const char *layouts[2];
	size_t layout_count, count;
	unsigned number;
	int ms, word;
	char called[100];
};

/* Puts them behind one another, and refuses "no" and, for want of memory, "enomem". */
static int take(void *ctx, char *value, char *why, size_t why_size)
{
	struct args *args = ctx;

	if (!strcmp(value, "enomem"))
		return -ENOMEM;
	if (!strcmp(value, "no")) {
		snprintf(why, why_size, "not that");
		return -EINVAL;
	}
	strcat(args->called, value);
	return 0;
}

static const char *const words[] = { "one", "two", "three", NULL };

static const struct option_row rows[] = {
	{ .name = "flag", .kind = OPTION_FLAG, .at = offsetof(struct args, flag) },
	{ .name = "flags", .kind = OPTION_FLAG, .at = offsetof(struct args, flag) },
	{ .name = "text",
		.value = "TEXT",
		.kind = OPTION_TEXT,
		.at = offsetof(struct args, text) },
	{ .name = "format",
		.value = "FORMAT",
		.kind = OPTION_TEXT,
		.take = option_format,
		.at = offsetof(struct args, format) },
	{ .name = "list",
		.value = "DIR",
		.kind = OPTION_LIST,
		.at = offsetof(struct args, list),
		.count_at = offsetof(struct args, list_count),
		.most = 3 },
	{ .name = "layout",
		.value = "LAYOUT",
		.kind = OPTION_LIST,
		.at = offsetof(struct args, layouts),
		.count_at = offsetof(struct args, layout_count),
		.most = 2,
		.completes = COMPLETES_WORDS,
		.words = words },
	{ .name = "count",
		.value = "N",
		.kind = OPTION_COUNT,
		.at = offsetof(struct args, count) },
	{ .name = "number",
		.value = "N",
		.kind = OPTION_NUMBER,
		.at = offsetof(struct args, number),
		.most = 1000 },
	{ .name = "seconds",
		.value = "S",
		.kind = OPTION_SECONDS,
		.at = offsetof(struct args, ms) },
	{ .name = "word",
		.value = "WORD",
		.kind = OPTION_WORD,
		.at = offsetof(struct args, word),
		.words = words,
		.completes = COMPLETES_WORDS },
	{ .name = "call", .value = "X", .kind = OPTION_CALL, .take = take },
	{ 0 },
};

/* Parses the words of `line`, with a blank between; what stderr says is put into `said`. */
static enum exit_code parse(
	const char *line, struct args *args, struct operands *operands, char said[1000])
{
	static char copy[1000], *argv[WORDS_MOST + 1];
	char *rest = copy, *word;
	int argc = 0;

	snprintf(copy, sizeof(copy), "probe %s", line);
	while (argc < WORDS_MOST && (word = strsep(&rest, " ")))
		if (*word)
			argv[argc++] = word;
	argv[argc] = NULL;

	FILE *err = tmpfile();
	int old = dup(STDERR_FILENO);
	ck_assert(err && old >= 0);
	dup2(fileno(err), STDERR_FILENO);
	enum exit_code code = options_parse(rows, argc, argv, args, operands);
	fflush(stderr);
	dup2(old, STDERR_FILENO);
	close(old);
	rewind(err);
	said[fread(said, 1, 999, err)] = '\0';
	fclose(err);
	return code;
}

static struct args parse_well(const char *line, struct operands *operands)
{
	struct args args = { .word = -1 };
	char said[1000];

	ck_assert_int_eq(parse(line, &args, operands, said), EXIT_OK);
	ck_assert_str_eq(said, "");
	return args;
}

START_TEST(every_kind_is_taken)
{
	struct operands o;
	struct args a =
		parse_well("--flag --text a --text=b --list x --list=y --count 64 "
			   "--number 1000 --seconds 2.5",
			&o);

	ck_assert(a.flag);
	ck_assert_str_eq(a.text, "b");
	ck_assert_uint_eq(a.list_count, 2);
	ck_assert_str_eq(a.list[0], "x");
	ck_assert_str_eq(a.list[1], "y");
	ck_assert_uint_eq(a.count, 64);
	ck_assert_uint_eq(a.number, 1000);
	ck_assert_int_eq(a.ms, 2500);
	ck_assert_int_eq(a.word, -1);
	a = parse_well("--word three --call a --call=b --layout two --format tap", &o);
	ck_assert_int_eq(a.word, 2);
	ck_assert_str_eq(a.called, "ab");
	ck_assert_str_eq(a.layouts[0], "two");
	ck_assert_str_eq(a.format, "tap");
	ck_assert(!a.flag && !a.text && !a.count);
}
END_TEST

START_TEST(values_may_be_odd)
{
	struct operands o;
	struct args a = parse_well("--text= --list --flag --list -- x", &o);

	ck_assert_str_eq(a.text, "");
	ck_assert(!a.flag);
	ck_assert_str_eq(a.list[0], "--flag");
	ck_assert_str_eq(a.list[1], "--");
	ck_assert_uint_eq(o.count, 1);
	a = parse_well("--text=a=b --tex c=d", &o);
	ck_assert_str_eq(a.text, "c=d");
}
END_TEST

START_TEST(operands_are_left)
{
	struct operands o;
	struct args a = parse_well("x --flag y -- --text z", &o);

	ck_assert(a.flag && !a.text);
	ck_assert_uint_eq(o.count, 4);
	ck_assert_str_eq(o.words[0], "x");
	ck_assert_str_eq(o.words[1], "y");
	ck_assert_str_eq(o.words[2], "--text");
	ck_assert_str_eq(o.words[3], "z");
	ck_assert_ptr_null(o.words[4]);
	parse_well("", &o);
	ck_assert_uint_eq(o.count, 0);
}
END_TEST

static const struct {
	const char *line, *says;
} wrong[] = {
	{ "--count 0", "--count wants a number from 1 to 64, not \"0\"" },
	{ "--count 65", "--count wants" },
	{ "--count 1x", "--count wants" },
	{ "--count -1", "--count wants" },
	{ "--count=", "--count wants" },
	{ "--count 99999999999999999999", "--count wants" },
	{ "--number 1001", "--number wants a number from 1 to 1000, not \"1001\"" },
	{ "--number none", "--number wants" },
	{ "--seconds 0", "--seconds wants seconds" },
	{ "--seconds 0.0001", "--seconds wants seconds" },
	{ "--seconds 86401", "--seconds wants seconds" },
	{ "--seconds nan", "--seconds wants seconds" },
	{ "--seconds 1s", "not \"1s\"" },
	{ "--word four", "--word wants one, two or three, not \"four\"" },
	{ "--word tw", "--word wants" },
	{ "--layout four", "--layout wants one, two or three" },
	{ "--layout one --layout one --layout one",
		"--layout is given more than 2 times" },
	{ "--list a --list b --list c --list d", "--list is given more than 3 times" },
	{ "--format sonnet", "--format: there is no format \"sonnet\"" },
	{ "--call no", "--call: not that" },
	{ "--text", "--text has no value" },
	{ "x --list", "--list has no value" },
	{ "--flag=yes", "--flag takes no value" },
	{ "--nothing-like-it", "there is no option --nothing-like-it\n" },
	{ "--tekst=abc", "there is no option --tekst; did you mean --text?" },
	{ "--f", "there is no option --f; did you mean --flag or --flags or --format?" },
	{ "-x", "there is no option -x" },
	{ "--flag -fx", "there is no option -f" },
};

START_TEST(what_is_wrong_is_said)
{
	struct args args = { .word = -1 };
	struct operands o;
	char said[1000];

	ck_assert_int_eq(parse(wrong[_i].line, &args, &o, said), EXIT_USAGE);
	ck_assert_msg(strstr(said, wrong[_i].says), "%s: %s", wrong[_i].line, said);
	ck_assert_msg(!strncmp(said, "plimsoll probe: ", 16), "%s", said);
	ck_assert(!args.count && !args.number && !args.ms && args.word == -1);
	ck_assert(!args.format && !*args.called);
}
END_TEST

START_TEST(want_of_memory_is_no_fault_of_the_words)
{
	struct args args = { 0 };
	struct operands o;
	char said[1000];

	ck_assert_int_eq(parse("--call enomem", &args, &o, said), EXIT_ERROR);
}
END_TEST

/* What every row must have, so that help, man pages and completions are whole. */
START_TEST(declarations_are_whole)
{
	const struct verb *verb = verb_table[_i].verb;
	size_t examples = 0;

	ck_assert(verb->about && verb->usage && verb->text && verb->options);
	ck_assert(!verb->operand == !verb->completes);
	for (const struct verb_example *e = verb->examples; e->command; e++, examples++)
		ck_assert_ptr_nonnull(e->about);
	ck_assert_uint_ge(examples, 2);
	for (const struct option_row *row = verb->options; row->name; row++) {
		ck_assert_msg(row->about, "--%s", row->name);
		ck_assert_msg(
			!row->value == (row->kind == OPTION_FLAG), "--%s", row->name);
		ck_assert_msg(row->take || row->kind != OPTION_CALL, "--%s", row->name);
		ck_assert_msg(row->words || row->kind != OPTION_WORD, "--%s", row->name);
		ck_assert_msg(row->words || row->completes != COMPLETES_WORDS, "--%s",
			row->name);
		ck_assert_msg(row->most ||
				(row->kind != OPTION_LIST && row->kind != OPTION_NUMBER),
			"--%s", row->name);
		for (const struct option_row *other = verb->options; other < row; other++)
			ck_assert_str_ne(row->name, other->name);
	}
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("options");
	TCase *t = tcase_create("options");

	tcase_add_test(t, every_kind_is_taken);
	tcase_add_test(t, values_may_be_odd);
	tcase_add_test(t, operands_are_left);
	tcase_add_loop_test(t, what_is_wrong_is_said, 0, ARRAY_SIZE(wrong));
	tcase_add_test(t, want_of_memory_is_no_fault_of_the_words);
	tcase_add_loop_test(t, declarations_are_whole, 0, verb_count);
	suite_add_tcase(s, t);
	return s;
}

#include "run_tests.h"
